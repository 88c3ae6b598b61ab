#include "dump/json/json_object.hpp"
#include "dump/json/json_sink.hpp"
#include "dump/testing/dump_testing.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sstream>

namespace chatos::dump::testing {
namespace {

std::string json_of(std::span<const std::byte> bytes, const feeding& how = {}) {
    output out;
    json_sink sink{out};
    feed(sink, bytes, how);
    return out.text();
}

std::vector<nlohmann::json> lines_of(std::span<const std::byte> bytes, const feeding& how = {}) {
    std::vector<nlohmann::json> lines;
    std::istringstream text{json_of(bytes, how)};
    for (std::string line; std::getline(text, line);) {
        lines.push_back(nlohmann::json::parse(line));
    }
    return lines;
}

/// Every code point that a string can hold, some strings long.
std::vector<std::string> every_character() {
    std::vector<std::string> texts;
    std::string text;
    for (char32_t point = 0; point <= 0x10FFFF; point = point < 0x3000 ? point + 1 : point + 0x71) {
        if (point >= 0xD800 && point <= 0xDFFF) {
            continue;
        }
        const auto add = [&text](char32_t value) { text += static_cast<char>(static_cast<unsigned char>(value)); };
        if (point < 0x80) {
            add(point);
        } else if (point < 0x800) {
            add(0xC0 | point >> 6), add(0x80 | (point & 0x3F));
        } else if (point < 0x10000) {
            add(0xE0 | point >> 12), add(0x80 | (point >> 6 & 0x3F)), add(0x80 | (point & 0x3F));
        } else {
            add(0xF0 | point >> 18), add(0x80 | (point >> 12 & 0x3F));
            add(0x80 | (point >> 6 & 0x3F)), add(0x80 | (point & 0x3F));
        }
        if (text.size() > 200) {
            texts.push_back(text);
            text.clear();
        }
    }
    texts.push_back(text);
    return texts;
}

TEST(dump_json, packet_lines_have_the_documented_form) {
    EXPECT_EQ(
        json_of(wire_of({make_spm("bob", "hi"), make_error(error_code::unreachable), make_sma("")})),
        R"({"type":"packet","stream":0,"dir":"c2s","offset":0,"length":12,"packet":"SPM","pseudo":"bob","message":"hi"}
{"type":"packet","stream":0,"dir":"c2s","offset":12,"length":2,"packet":"ERROR","code":4,"code_name":"UNREACHABLE"}
{"type":"packet","stream":0,"dir":"c2s","offset":14,"length":5,"packet":"SMA","message":""}
{"type":"summary","frames":0,"decoded":0,"packets":3,"streams":1,"skipped":{},"bytes":{"input":19,"packets":19,"malformed":0,"incomplete":0}}
)");
}

TEST(dump_json, every_packet_parses_back_to_itself) {
    for (const packet_view& packet : every_packet()) {
        const nlohmann::json line = lines_of(wire_of(packet)).at(0);
        EXPECT_EQ(line.at("type"), "packet");
        EXPECT_EQ(line.at("packet"), packet_name(packet.op));
        EXPECT_EQ(line.at("length"), encoded_size(packet));
        EXPECT_EQ(line.value("pseudo", ""), packet.pseudo);
        EXPECT_EQ(line.value("message", ""), packet.message);
        EXPECT_EQ(line.contains("message"), packet.op == opcode::spm || packet.op == opcode::sma);
        EXPECT_EQ(line.value("code", 0), static_cast<int>(packet.code));
        EXPECT_FALSE(line.contains("wrong_direction"));
    }
}

TEST(dump_json, strings_are_exact_for_every_character) {
    for (const std::string& text : every_character()) {
        const std::vector<nlohmann::json> lines = lines_of(wire_of(make_spm(text, text)));
        ASSERT_EQ(lines.at(0).at("pseudo").get<std::string>(), text);
        ASSERT_EQ(lines.at(0).at("message").get<std::string>(), text);
    }
}

TEST(dump_json, a_line_is_harmless_on_a_terminal) {
    output out;
    add_json_string(out, "\x1b[31m\x7f\r\n\t\"\\\u0085\u202e\U000e0001 plain \u00e9\u20ac"sv);
    EXPECT_EQ(out.text(), R"("\u001b[31m\u007f\r\n\t\"\\\u0085\u202e\udb40\udc01 plain é€")");
}

TEST(dump_json, marks_a_packet_that_the_direction_never_carries) {
    const std::vector<nlohmann::json> lines =
        lines_of(wire_of({make_cr("bob"), make_pc("bob")}), {.direction = stream_direction::server_to_client});
    EXPECT_EQ(lines.at(0).at("dir"), "s2c");
    EXPECT_EQ(lines.at(0).at("wrong_direction"), true);
    EXPECT_FALSE(lines.at(1).contains("wrong_direction"));
}

TEST(dump_json, malformed_event_covers_the_rest_of_the_stream) {
    const std::vector<nlohmann::json> lines = lines_of(bytes_of("\x06\x00\x01\x00\x02z\xff\x06\x00"sv));
    ASSERT_EQ(lines.size(), 3U);
    nlohmann::json event = lines[1];
    EXPECT_FALSE(event.at("detail").get<std::string>().empty());
    event.erase("detail");
    EXPECT_EQ(event, nlohmann::json::parse(R"({"type":"event","event":"malformed","stream":0,"dir":"c2s","offset":2,
        "bytes":7,"rule":"WIRE-8","violation":"ill_formed_utf8","field":"pseudo","error_offset":6})"));
    EXPECT_EQ(lines[2].at("bytes"), nlohmann::json::parse(R"({"input":9,"packets":2,"malformed":7,"incomplete":0})"));
}

TEST(dump_json, incomplete_event_says_where_the_input_ends) {
    const std::vector<nlohmann::json> lines = lines_of(bytes_of("\x06\x00\x03\x00\x01z\x00"sv));
    ASSERT_EQ(lines.size(), 3U);
    nlohmann::json event = lines[1];
    EXPECT_FALSE(event.at("detail").get<std::string>().empty());
    event.erase("detail");
    EXPECT_EQ(event, nlohmann::json::parse(R"({"type":"event","event":"incomplete","stream":0,"dir":"c2s","offset":2,
        "bytes":5,"field":"message_size","need":3})"));
}

TEST(dump_json, lengths_and_event_bytes_add_up_at_every_truncation) {
    const std::vector<std::byte> stream = bytes_of("\x06\x00\x03\x00\x01z\x00\x00\x00\x01m\x06\x09\x06\x00"sv);
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        std::size_t sum = 0;
        for (const nlohmann::json& line : lines_of(std::span{stream}.first(cut), {.fragment_bytes = 3})) {
            sum += line.value("length", std::size_t{0});
            sum += line.at("type") == "event" ? line.at("bytes").get<std::size_t>() : 0;
        }
        EXPECT_EQ(sum, cut);
    }
}

}  // namespace
}  // namespace chatos::dump::testing
