#include "base/colors.hpp"
#include "dump/json/json_sink.hpp"
#include "dump/stream/stream_reader.hpp"
#include "dump/testing/dump_testing.hpp"
#include "dump/text/text_sink.hpp"

#include <gtest/gtest.h>

namespace chatos::dump::testing {
namespace {

std::string tree_of(std::span<const std::byte> bytes, const feeding& how) {
    output out;
    text_sink sink{out, base::no_colors, text_detail::tree, false};
    feed(sink, bytes, how);
    return out.text();
}

/// Streams that end in each of the ways a stream can end.
std::vector<std::vector<std::byte>> streams() {
    const std::vector<std::byte> whole = wire_of({make_cr("bob"), make_spm("bob", "hi there, how are you doing today?"),
                                                  make_error(error_code::ok), make_sma("")});
    std::vector<std::vector<std::byte>> all{whole};
    for (const std::string_view tail :
         {"\x07"sv, "\x07 and a good deal more than the context of an error"sv, "\x01\x80\x00"sv, "\x01\x00\x00"sv,
          "\x04\x7f\xff\xff\xff"sv, "\x06\x03"sv, "\x06\xff\x06\x00\x06\x00"sv, "\x01\x00\x02\xc0\xaf"sv,
          "\x04\x00\x00\x00\x24"
          "twenty bytes are here\xff and ten after"sv,
          "\x03\x00\x01z\x00\x00\x00\x04zzz"sv}) {
        std::vector<std::byte> broken = whole;
        const std::vector<std::byte> added = bytes_of(tail);
        broken.insert(broken.end(), added.begin(), added.end());
        all.push_back(broken);
    }
    return all;
}

TEST(stream_reader, the_same_bytes_in_any_fragments_print_the_same) {
    for (const std::vector<std::byte>& stream : streams()) {
        const std::string expected = tree_of(stream, {});
        for (std::size_t fragment_bytes = 1; fragment_bytes <= stream.size(); ++fragment_bytes) {
            EXPECT_EQ(tree_of(stream, {.fragment_bytes = fragment_bytes}), expected) << fragment_bytes;
        }
    }
}

TEST(stream_reader, every_byte_is_accounted_for_at_every_truncation) {
    for (const std::vector<std::byte>& stream : streams()) {
        for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
            output out;
            json_sink sink{out};
            const totals account = feed(sink, std::span{stream}.first(cut), {.fragment_bytes = 7});
            EXPECT_EQ(account.input_bytes, cut);
            EXPECT_EQ(account.packet_bytes + account.malformed_bytes + account.incomplete_bytes, cut);
        }
    }
}

TEST(stream_reader, holds_at_most_one_packet_however_long_the_stream) {
    output out;
    json_sink sink{out};
    totals account;
    stream_reader reader{0, stream_direction::client_to_server, {}, sink, account};
    const std::string message(1000, 'x');
    const std::vector<std::byte> packet = wire_of(make_spm("bob", message));
    std::size_t held_max = 0;
    for (int round = 0; round < 1000; ++round) {
        reader.take(std::span{packet}.first(700));
        held_max = std::max(held_max, reader.held_bytes());
        reader.take(std::span{packet}.subspan(700));
        held_max = std::max(held_max, reader.held_bytes());
    }
    EXPECT_LE(held_max, packet.size());
    reader.take(bytes_of("\x09"sv));
    reader.take(std::vector<std::byte>(1'000'000));
    EXPECT_LE(reader.held_bytes(), stream_reader::context_bytes);
    reader.end();
    EXPECT_EQ(account.packets, 1000U);
    EXPECT_EQ(account.malformed_bytes, 1'000'001U);
}

TEST(stream_reader, a_declared_size_reserves_nothing_before_its_bytes_come) {
    output out;
    json_sink sink{out};
    totals account;
    stream_reader reader{0, stream_direction::client_to_server, {.message_bytes_max = 0x7FFF'FFFF}, sink, account};
    reader.take(bytes_of("\x04\x7f\xff\xff\xffz"sv));
    EXPECT_EQ(reader.held_bytes(), 6U);
    reader.end();
    EXPECT_EQ(account.incomplete_bytes, 6U);
}

TEST(stream_reader, shows_a_malformed_packet_before_the_stream_has_ended) {
    output out;
    text_sink sink{out, base::no_colors, text_detail::lines, false};
    totals account;
    stream_reader reader{0, stream_direction::client_to_server, {}, sink, account};
    reader.take(bytes_of("GET / HTTP/1.1\r\nHost: localhost"sv));
    EXPECT_NE(out.text().find("MALFORMED"), std::string::npos);
    reader.end();
}

TEST(stream_reader, limits_can_be_raised_and_lowered) {
    const std::string text(65'536, 'm');
    const std::vector<std::byte> long_message = wire_of(make_sma(text));
    output out;
    json_sink sink{out};
    EXPECT_EQ(feed(sink, long_message, {.bounds = {.message_bytes_max = 65'535}}).malformed_bytes, long_message.size());
    EXPECT_EQ(feed(sink, long_message).packets, 1U);
    std::vector<std::byte> longer = bytes_of("\x04\x00\x01\x00\x01"sv);
    longer.resize(5 + 65'537, std::byte{'m'});
    EXPECT_EQ(feed(sink, longer).malformed_bytes, longer.size());
    EXPECT_EQ(feed(sink, longer, {.bounds = {.message_bytes_max = 100'000}, .fragment_bytes = 999}).packets, 1U);
}

}  // namespace
}  // namespace chatos::dump::testing
