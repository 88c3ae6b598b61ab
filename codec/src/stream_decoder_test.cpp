#include "base/hex.hpp"

#include <chatos/stream_decoder.hpp>

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace chatos {
namespace {

using base::hex_bytes;

constexpr limits small{.pseudo_bytes_max = 8, .message_bytes_max = 16};

std::string describe_result(const decode_result& result) {
    if (result.status == decode_status::malformed) {
        return "malformed " + std::string{violation_name(result.error.what)} + " " +
               std::string{field_name(result.error.where)} + " " + std::to_string(result.error.offset);
    }
    return std::string{packet_name(result.packet.op)} + " " + std::string{result.packet.pseudo} + " " +
           std::string{result.packet.message} + " " + std::string{error_code_name(result.packet.code)};
}

/// Everything that a stream of fragments gives: packets, then what it ended with.
std::vector<std::string> events_of(const std::vector<std::vector<std::byte>>& fragments) {
    std::array<std::byte, packet_bytes_max(small)> storage{};
    stream_decoder decoder{storage, small};
    std::vector<std::string> events;
    for (const auto& fragment : fragments) {
        std::span<const std::byte> input{fragment};
        for (;;) {
            const decode_result result = decoder.next(input);
            if (result.status == decode_status::incomplete) {
                EXPECT_TRUE(input.empty());
                break;
            }
            events.push_back(describe_result(result));
            if (result.status == decode_status::malformed) {
                return events;
            }
        }
    }
    events.push_back("offset " + std::to_string(decoder.offset()) + " buffered " + std::to_string(decoder.buffered()));
    return events;
}

const std::vector<std::byte> stream_of_all_packets = base::hex_bytes(
    "01 0003 626f62  02 0001 61  03 0003 626f62 00000002 6869  04 00000000  05 0002 c3a9  06 00  06 05  03 0001");

TEST(StreamDecoder, WIRE_13_every_split_in_three_gives_the_same_events) {
    const auto& all = stream_of_all_packets;
    const std::vector<std::string> expected = events_of({all});
    EXPECT_EQ(expected.size(), 8U);
    EXPECT_EQ(expected.back(), "offset 36 buffered 3");
    for (std::size_t first = 0; first <= all.size(); ++first) {
        for (std::size_t second = first; second <= all.size(); ++second) {
            const auto at = [&](std::size_t position) { return all.begin() + static_cast<std::ptrdiff_t>(position); };
            EXPECT_EQ(events_of({{at(0), at(first)}, {at(first), at(second)}, {at(second), all.end()}}), expected)
                << first << ' ' << second;
        }
    }
}

TEST(StreamDecoder, WIRE_13_byte_by_byte_gives_the_same_events) {
    std::vector<std::vector<std::byte>> fragments;
    for (const std::byte byte : stream_of_all_packets) {
        fragments.push_back({byte});
    }
    EXPECT_EQ(events_of(fragments), events_of({stream_of_all_packets}));
}

TEST(StreamDecoder, error_offsets_count_from_the_start_of_the_stream) {
    EXPECT_EQ(events_of({base::hex_bytes("06 00 06"), base::hex_bytes("00 06 03")}).back(),
              "malformed unassigned_error_code error_code 5");
}

TEST(StreamDecoder, ERR_1_an_error_stays_and_takes_nothing_more) {
    std::array<std::byte, packet_bytes_max(small)> storage{};
    stream_decoder decoder{storage, small};
    const auto bytes = base::hex_bytes("09 06 00");
    std::span<const std::byte> input{bytes};
    EXPECT_EQ(decoder.next(input).status, decode_status::malformed);
    std::span<const std::byte> good = std::span{bytes}.subspan(1);
    const decode_result again = decoder.next(good);
    EXPECT_EQ(again.status, decode_status::malformed);
    EXPECT_EQ(again.error.offset, 0U);
    EXPECT_EQ(good.size(), 2U);
}

TEST(StreamDecoder, need_shrinks_with_every_byte_that_comes) {
    std::array<std::byte, packet_bytes_max(small)> storage{};
    stream_decoder decoder{storage, small};
    const auto bytes = base::hex_bytes("04 00000002 6869");
    const std::size_t needs[] = {4, 3, 2, 1, 2, 1};
    for (std::size_t index = 0; index < 6; ++index) {
        std::span<const std::byte> input = std::span{bytes}.subspan(index, 1);
        EXPECT_EQ(decoder.next(input).need, needs[index]) << index;
    }
    std::span<const std::byte> last = std::span{bytes}.last(1);
    EXPECT_EQ(decoder.next(last).packet, make_sma("hi"));
}

TEST(StreamDecoder, the_largest_packet_fits_the_storage_byte_by_byte) {
    const auto bytes = base::hex_bytes("03 0008 6161616161616161 00000010 62626262626262626262626262626262");
    ASSERT_EQ(bytes.size(), packet_bytes_max(small));
    std::vector<std::vector<std::byte>> fragments;
    for (const std::byte byte : bytes) {
        fragments.push_back({byte});
    }
    EXPECT_EQ(events_of(fragments).front(), "SPM aaaaaaaa bbbbbbbbbbbbbbbb OK");
}

}  // namespace
}  // namespace chatos
