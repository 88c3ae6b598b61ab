// A property that cannot fail proves nothing: here is what dumps could say that is wrong, each in one way.
#include "base/colors.hpp"
#include "dump/hex_forms.hpp"
#include "dump/json/json_sink.hpp"
#include "dump/json_line.hpp"
#include "dump/json_output.hpp"
#include "dump/record_check.hpp"
#include "dump/stream/stream_reader.hpp"
#include "dump/text/text_sink.hpp"
#include "dump/text_output.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace chatos::fuzz {
namespace {

using namespace std::string_view_literals;

std::vector<std::byte> bytes_of(std::string_view text) {
    const std::span<const std::byte> bytes = std::as_bytes(std::span{text.data(), text.size()});
    return {bytes.begin(), bytes.end()};
}

const std::vector<std::byte> packets = bytes_of("\x03\x00\x03"
                                                "bob\x00\x00\x00\x02hi\x06\x05"sv);
const std::vector<std::byte> then_malformed = bytes_of("\x06\x00\x01\x00\x02z\xFFzzz"sv);
const std::vector<std::byte> then_incomplete = bytes_of("\x06\x00\x01\x00\x05zz"sv);

/// What a test changes of the records on their way.
struct record_changes {
    std::function<void(dump::packet_record&)> packet = [](auto&) {};
    std::function<void(dump::malformed_record&)> malformed = [](auto&) {};
    std::function<void(dump::malformed_record&)> malformed_ended = [](auto&) {};
    std::function<void(dump::incomplete_record&)> incomplete = [](auto&) {};
    std::function<void(dump::totals&)> summary = [](auto&) {};
    int packets_lost{0};
    int packets_twice{0};
    bool no_end_of_malformed{false};
};

class changing_sink final : public dump::record_sink {
public:
    changing_sink(record_changes changes, dump::record_sink& next) : changes_{std::move(changes)}, next_{next} {}

    void take(const dump::any_record& record) override {
        dump::any_record changed = record;
        int copies = 1;
        if (auto* const packet = std::get_if<dump::packet_record>(&changed)) {
            changes_.packet(*packet);
            copies = changes_.packets_lost-- > 0 ? 0 : changes_.packets_twice-- > 0 ? 2 : 1;
        } else if (auto* const malformed = std::get_if<dump::malformed_record>(&changed)) {
            changes_.malformed(*malformed);
        } else if (auto* const end = std::get_if<dump::malformed_end>(&changed)) {
            changes_.malformed_ended(end->malformed);
            copies = changes_.no_end_of_malformed ? 0 : 1;
        } else if (auto* const incomplete = std::get_if<dump::incomplete_record>(&changed)) {
            changes_.incomplete(*incomplete);
        } else if (auto* const account = std::get_if<dump::totals>(&changed)) {
            changes_.summary(*account);
        }
        for (; copies != 0; --copies) {
            next_.take(changed);
        }
    }

private:
    record_changes changes_;
    dump::record_sink& next_;
};

/// The property that breaks when the records of these streams are changed so; empty if none.
std::string broken_by(const record_changes& changes) {
    for (const std::vector<std::byte>* bytes : {&packets, &then_malformed, &then_incomplete}) {
        const dumped_stream stream{.bytes = *bytes};
        dump::output out;
        dump::json_sink printed{out};
        record_check check{stream, printed};
        changing_sink changing{changes, check};
        dump::totals account;
        dump::stream_reader reader{0, stream.direction, stream.bounds, changing, account};
        reader.take(stream.bytes);
        reader.end();
        changing.take(account);
        if (check.broken()) {
            return std::string{check.broken()->property};
        }
    }
    return "";
}

TEST(broken_dump, records_that_are_right_break_nothing) {
    EXPECT_EQ(broken_by({}), "");
}

TEST(broken_dump, records_that_decode_does_not_give_are_found) {
    EXPECT_EQ(broken_by({.packet = [](auto& record) { record.packet.pseudo = "bo"; }}), "agrees");
    EXPECT_EQ(broken_by({.packet = [](auto& record) { record.at.stream = 1; }}), "agrees");
    EXPECT_EQ(
        broken_by({.packet = [](auto& record) { record.at.direction = dump::stream_direction::server_to_client; }}),
        "agrees");
    EXPECT_EQ(broken_by({.malformed = [](auto& record) { record.error.what = violation::unknown_opcode; }}), "agrees");
    EXPECT_EQ(broken_by({.malformed_ended = [](auto& record) { ++record.error.offset; }}), "agrees");
    EXPECT_EQ(broken_by({.incomplete = [](auto& record) { ++record.need; }}), "agrees");
}

TEST(broken_dump, bytes_in_no_record_or_in_two_are_found) {
    EXPECT_EQ(broken_by({.packets_lost = 1}), "accounted");
    EXPECT_EQ(broken_by({.packets_twice = 1}), "accounted");
    EXPECT_EQ(broken_by({.no_end_of_malformed = true}), "accounted");
    EXPECT_EQ(broken_by({.packet = [](auto& record) { ++record.at.offset; }}), "accounted");
    EXPECT_EQ(broken_by({.packet = [](auto& record) { record.bytes = record.bytes.subspan(1); }}), "accounted");
    EXPECT_EQ(broken_by({.malformed_ended = [](auto& record) { --record.lost_bytes; }}), "accounted");
    EXPECT_EQ(broken_by({.malformed = [](auto& record) { ++record.lost_bytes; }}), "accounted");
    EXPECT_EQ(broken_by({.incomplete = [](auto& record) { record.bytes = record.bytes.first(1); }}), "accounted");
    EXPECT_EQ(broken_by({.summary = [](auto& account) { ++account.packets; }}), "accounted");
    EXPECT_EQ(broken_by({.summary = [](auto& account) { --account.packet_bytes; }}), "accounted");
}

template <typename Sink, typename... Arguments>
std::string printed(const std::vector<std::byte>& bytes, Arguments... arguments) {
    dump::output out;
    Sink sink{out, arguments...};
    dump::totals account;
    dump::stream_reader reader{0, dump::stream_direction::client_to_server, {}, sink, account};
    reader.take(bytes);
    reader.end();
    sink.take(account);
    return out.text();
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::string property_of(const verdict& broken) {
    return broken ? std::string{broken->property} : "";
}

std::string json_property(const std::vector<std::byte>& bytes, std::string_view from, std::string_view to) {
    const std::string text = replaced(printed<dump::json_sink>(bytes), from, to);
    return property_of(check_json_output(text, {.bytes = bytes}));
}

TEST(broken_dump, lines_of_json_that_are_wrong_are_found) {
    EXPECT_EQ(json_property(packets, "\"bob\"", "\"bob\""), "");
    EXPECT_EQ(json_property(packets, "\"bob\"", "\"b\\u006fb\""), "") << "another way to write the same";
    EXPECT_EQ(json_property(packets, "\"bob\"", "\"bop\""), "json");
    EXPECT_EQ(json_property(packets, "\"bob\"", "\"bob"), "json");
    EXPECT_EQ(json_property(packets, "\"bob\"", "\"b\\x6fb\""), "json");
    EXPECT_EQ(json_property(packets, "\"offset\":0", "\"offset\":1"), "json");
    EXPECT_EQ(json_property(packets, "\"offset\":0", "\"offset\":00"), "json");
    EXPECT_EQ(json_property(packets, "\"length\":12", "\"length\":12,\"length\":12"), "json");
    EXPECT_EQ(json_property(packets, "\"length\":12", "\"length\":12,\"more\":1"), "json");
    EXPECT_EQ(json_property(packets, "\"input\":14", "\"input\":13"), "json");
    EXPECT_EQ(json_property(packets, "}\n", "}\n{}\n"), "json");
    EXPECT_EQ(json_property(packets, "}\n", "}"), "json");
    EXPECT_EQ(json_property(packets, "}}\n", "}}\n{}\n"), "one line");
    EXPECT_EQ(json_property(packets, "}}\n", "}}"), "one line");
    EXPECT_EQ(json_property(then_malformed, "WIRE-8", "WIRE-1"), "json");
    EXPECT_EQ(json_property(then_malformed, "\"error_offset\":6", "\"error_offset\":5"), "json");
    EXPECT_EQ(json_property(then_malformed, "\"detail\":\"", "\"details\":\""), "json");
    EXPECT_EQ(json_property(then_incomplete, "\"need\":3", "\"need\":2"), "json");
}

TEST(broken_dump, the_reader_of_json_takes_json_alone) {
    EXPECT_EQ(read_json_line(R"({"a":"\ud83d\udc19\u00e9\/\b\"","b":{"c":0,"d":{}}})"),
              (json_members{{"a", "\"\U0001f419\u00e9/\b\""}, {"b.c", "0"}, {"b.d", "{}"}}));
    EXPECT_EQ(read_json_line("{}"), json_members{});
    for (const std::string_view wrong : {""sv,
                                         "{"sv,
                                         "{}}"sv,
                                         "[]"sv,
                                         "{\"a\"}"sv,
                                         "{\"a\":}"sv,
                                         "{\"a\":1,}"sv,
                                         "{\"a\":-1}"sv,
                                         "{\"a\":01}"sv,
                                         "{\"a\":1.5}"sv,
                                         "{\"a\":tru}"sv,
                                         "{\"a\": 1}"sv,
                                         "{\"a\":1,\"a\":1}"sv,
                                         "{\"a\":\"\n\"}"sv,
                                         "{\"a\":\"\\u12\"}"sv,
                                         "{\"a\":\"\\ud83d\"}"sv,
                                         "{\"a\":\"\\ud83d\\u0041\"}"sv,
                                         "{\"a\":\"\\udc19\"}"sv,
                                         "{\"a\":\"\xFF\"}"sv,
                                         "{\"a\":\"\\"sv}) {
        EXPECT_EQ(read_json_line(wrong), std::nullopt) << wrong;
    }
}

std::string text_property(const std::vector<std::byte>& bytes, bool tree, std::string_view from, std::string_view to) {
    const dump::text_detail detail = tree ? dump::text_detail::tree : dump::text_detail::lines;
    const std::string text = replaced(printed<dump::text_sink>(bytes, base::no_colors, detail, false), from, to);
    return property_of(check_text_output(text, {.bytes = bytes}, tree));
}

TEST(broken_dump, lines_of_text_that_are_wrong_are_found) {
    EXPECT_EQ(text_property(packets, false, "bob", "bob"), "");
    EXPECT_EQ(text_property(packets, false, "bob", "bo\x1b[2J"), "printable");
    EXPECT_EQ(text_property(packets, false, "bob", "bo\u202e"), "printable");
    EXPECT_EQ(text_property(packets, false, "bob", "bo\xFF"), "printable");
    EXPECT_EQ(text_property(packets, false, "bob", "b\nb"), "text");
    EXPECT_EQ(text_property(packets, false, "bob", "bop"), "text");
    EXPECT_EQ(text_property(packets, false, "c2s", "s2c"), "text");
    EXPECT_EQ(text_property(packets, false, "SPM  ", "SMA  "), "text");
    EXPECT_EQ(text_property(packets, false, "code=5", "code=4"), "text");
    EXPECT_EQ(text_property(packets, false, "14 bytes read", "13 bytes read"), "text");
    EXPECT_EQ(text_property(packets, false, "incomplete\n", "incomplete\n\n"), "one line");
    EXPECT_EQ(text_property(packets, false, "incomplete\n", "incomplete"), "one line");
    EXPECT_EQ(text_property(then_malformed, false, "at offset 6", "at offset 5"), "text");
    EXPECT_EQ(text_property(then_malformed, false, "01 00 02", "01 00 03"), "text");
    EXPECT_EQ(text_property(then_malformed, false, "8 bytes from", "7 bytes from"), "text");
    EXPECT_EQ(text_property(then_malformed, false, "decoding stops", "decoding goes"), "text");
    EXPECT_EQ(text_property(then_incomplete, false, "at least 3", "at least 2"), "text");
}

TEST(broken_dump, trees_that_are_wrong_are_found) {
    EXPECT_EQ(text_property(packets, true, "62 6f 62", "62 6f 62"), "");
    EXPECT_EQ(text_property(packets, true, "62 6f 62", "62 6f 61"), "text");
    EXPECT_EQ(text_property(packets, true, "pseudo_size", "pseudo     "), "text");
    EXPECT_EQ(text_property(packets, true, "       3       pseudo", "       4       pseudo"), "text");
    EXPECT_EQ(text_property(packets, true, "       \"hi\"", "       \"ho\""), "text");
    EXPECT_EQ(text_property(packets, true, "\n\n", "\n"), "text");
    EXPECT_EQ(text_property(then_malformed, true, "  <- WIRE-8 ill_formed_utf8", ""), "text");
    EXPECT_EQ(text_property(then_incomplete, true, "<- 2 of 5", "<- 2 of 4"), "text");
}

TEST(broken_dump, hex_that_is_read_wrong_is_found) {
    for (std::uint8_t choice = 0; choice < 7; ++choice) {
        const std::string text = hex_text_of(packets, choice);
        hex_reading read = read_hex_text(std::as_bytes(std::span{text}), 0);
        EXPECT_EQ(property_of(check_hex_of_bytes(read, packets)), "") << text;
        read.bytes.back() = std::byte{7};
        EXPECT_EQ(property_of(check_hex_of_bytes(read, packets)), "hex");
        read.is_hex = false;
        EXPECT_EQ(property_of(check_hex_of_bytes(read, packets)), "hex");
    }
    const std::vector<std::byte> text = bytes_of("06 00\n0z"sv);
    const hex_reading whole = read_hex_text(text, 0);
    EXPECT_EQ(whole, read_hex_text(text, 1));
    EXPECT_EQ(property_of(check_any_hex(text, whole, whole)), "");
    const auto changed = [&](auto change) {
        hex_reading wrong = whole;
        change(wrong);
        return property_of(check_any_hex(text, wrong, wrong));
    };
    EXPECT_EQ(changed([](hex_reading& read) { read.line = 3; }), "hex");
    EXPECT_EQ(changed([](hex_reading& read) { read.column = 0; }), "hex");
    EXPECT_EQ(changed([](hex_reading& read) { read.problem = ""; }), "hex");
    EXPECT_EQ(changed([](hex_reading& read) { read.problem = "\x1b"; }), "hex");
    EXPECT_EQ(changed([](hex_reading& read) { read.bytes.resize(5); }), "hex");
    EXPECT_EQ(property_of(check_any_hex(text, whole, read_hex_text(packets, 0))), "hex");
}

}  // namespace
}  // namespace chatos::fuzz
