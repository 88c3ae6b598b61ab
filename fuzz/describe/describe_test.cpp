#include "describe/describe.hpp"
#include "session/session_properties.hpp"

#include <gtest/gtest.h>

namespace chatos::fuzz {
namespace {

using namespace std::string_view_literals;

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span{text.data(), text.size()});
}

std::string described(std::string_view target, std::string_view input) {
    return describe_input(target, bytes_of(input));
}

/// The first line alone.
std::string plan_of_input(std::string_view target, std::string_view input) {
    const std::string text = described(target, input);
    return text.substr(0, text.find('\n'));
}

TEST(fuzz_describe, shows_a_stream_as_the_dump_does) {
    EXPECT_EQ(described("fuzz_decode", "\x03\x02\x06\x00\x01\x00\x01z\x06"sv),
              R"(plan    limits: pseudo 3, message 5 bytes; the first packet also from its first 2 bytes
stream  7 bytes

       0  c2s  ERROR  code=0 OK
       0       opcode        06                                               6 ERROR, error code
       1       error_code    00                                               0 OK

       2  c2s  CR     pseudo="z"
       2       opcode        01                                               1 CR, connection request
       3       pseudo_size   00 01                                            1
       5       pseudo        7a                                               "z"

       6  c2s  INCOMPLETE  the input ends inside an ERROR, in error_code (0 of 1 byte); at least 1 more byte is missing
       6       opcode        06                                               6 ERROR, error code
       7       error_code                                                     <- 0 of 1 bytes
2 packets in 1 stream; 7 bytes read = 6 in packets + 0 malformed + 1 incomplete
)");
}

TEST(fuzz_describe, says_what_the_second_byte_chooses_for_each_target) {
    const auto input = [](char first, char second) {
        return std::string{first, second} + std::string{"\x06\x00\x06\x05\x06\x01", 6};
    };
    const std::string limits = "plan    limits: pseudo 255, message 65536 bytes";
    EXPECT_EQ(plan_of_input("fuzz_decode", input(0, 0)), limits + "; the first packet also from nothing");
    EXPECT_EQ(plan_of_input("fuzz_decode", input(0, 4)), limits + "; the first packet also from its first 1 byte");
    EXPECT_EQ(plan_of_input("fuzz_stream", input(0, 0)), limits + "; in one fragment");
    EXPECT_EQ(plan_of_input("fuzz_stream", input(0, 4)), limits + "; in fragments of 4 2 bytes");
    EXPECT_EQ(plan_of_input("fuzz_stream", "\x00\x04"sv), limits + "; in fragments of nothing");
    EXPECT_EQ(plan_of_input("fuzz_round_trip", input(0, 4)), limits);
    EXPECT_EQ(plan_of_input("fuzz_canary", input(0, 4)), limits);
    EXPECT_EQ(plan_of_input("fuzz_differential", input(0, 65)), limits + "; a batch has room for 1 packet");
    EXPECT_EQ(plan_of_input("fuzz_round_trip", input(16, 0)), limits + "; offsets count from 4294967293");
}

TEST(fuzz_describe, ends_a_long_list_of_fragments_in_dots) {
    const std::string input = std::string("\x00\x01", 2) + std::string(30, '\x06');
    EXPECT_EQ(
        plan_of_input("fuzz_stream", input), "plan    limits: pseudo 255, message 65536 bytes; in fragments of" + [] {
            std::string ones;
            for (int count = 0; count < 24; ++count) {
                ones += " 1";
            }
            return ones;
        }() + " ... bytes");
}

TEST(fuzz_describe, shows_the_choices_of_the_dump) {
    EXPECT_EQ(plan_of_input("fuzz_dump", "\x00\x00\x06\x00"sv),
              "plan    limits: pseudo 255, message 65536 bytes; from the client; as lines; in one fragment");
    EXPECT_EQ(plan_of_input("fuzz_dump", "\xFB\x01\x06\x00"sv),
              "plan    limits: pseudo 3, message 5 bytes; from the server; as hex text; in fragments of 1 1 bytes; "
              "from a file as well; from a file of hex text as well");
    EXPECT_NE(described("fuzz_dump", "\x20\x00\x06\x00"sv).find("  s2c  ERROR  code=0 OK\n"), std::string::npos);
}

TEST(fuzz_describe, shows_a_text_and_where_it_is_ill_formed) {
    EXPECT_EQ(described("fuzz_utf8", "\x05plain letters\xFF\n"sv),
              R"(text    15 bytes, 5 bytes before the end of its memory
        "plain letters\xff\n"
UTF-8   ill-formed at byte 13
       0  70 6c 61 69 6e 20 6c 65 74 74 65 72 73 ff 0a     "plain letters\xff\n"
)");
    EXPECT_EQ(described("fuzz_utf8", "\x40z"sv),
              "text    1 byte at the end of its memory\n        \"z\"\nUTF-8   well-formed\n"
              "       0  7a                                               \"z\"\n");
    EXPECT_EQ(described("fuzz_utf8", ""), "no text: the input is empty\n");
}

TEST(fuzz_describe, shows_a_value_for_the_encoder) {
    EXPECT_EQ(described("fuzz_encode", "\x18\x03\x05\x03"
                                       "bobhi\x1b"sv),
              R"(plan    limits: pseudo 255, message 65536 bytes; the buffer lacks 1 byte
opcode  3 SPM
code    5 REFUSED
pseudo  "bob", 3 bytes
message "hi\x1b", 3 bytes
)");
    EXPECT_EQ(described("fuzz_encode", "\x33\x09\x03"sv),
              R"(plan    limits: pseudo 3, message 5 bytes; the buffer has 2 bytes to spare
opcode  9 no packet
code    3 UNASSIGNED
pseudo  "", 0 bytes
message "", 0 bytes
)");
}

TEST(fuzz_describe, shows_a_scenario_as_text_and_what_the_peer_sends) {
    EXPECT_EQ(described("fuzz_scenario", "{\n  \"id\": \"x\x1b\"\n}\0\x06\x00"sv),
              R"(scenario  16 bytes
    {
      "id": "x\x1b"
    }
peer      2 bytes
       0  06 00                                            "\x06\x00"
)");
    EXPECT_EQ(described("fuzz_scenario", "\0"sv), "scenario  0 bytes\npeer      0 bytes\n");
    EXPECT_EQ(described("fuzz_scenario", "{}"),
              "scenario  2 bytes\n    {}\npeer      the one that does what the scenario wants, alone\n");
}

TEST(fuzz_describe, shows_a_filter_and_what_it_is_read_as) {
    EXPECT_EQ(described("fuzz_filter", "code==ok"),
              R"(filter  "code==ok"
read as "code == 0"
       0  63 6f 64 65 3d 3d 6f 6b                          "code==ok"
)");
    EXPECT_EQ(described("fuzz_filter", "dir==").substr(0, 71),
              "bad filter: at column 6 the filter ends; expected c2s or s2c\n  dir==\n  ");
}

TEST(fuzz_describe, shows_a_session_in_the_words_of_its_harness) {
    constexpr std::string_view script = "\x00\x01\x02\x03\x04\x05\x06\x07"sv;
    std::string expected = describe_session(bytes_of(script));
    ASSERT_FALSE(expected.empty());
    if (!expected.ends_with('\n')) {
        expected += '\n';
    }
    EXPECT_EQ(described("fuzz_session", script), expected);
}

TEST(fuzz_describe, has_words_for_an_empty_input_of_each_target) {
    for (const std::string_view target : described_targets()) {
        const std::string text = described(target, "");
        EXPECT_TRUE(text.ends_with('\n')) << target;
    }
    EXPECT_EQ(described("fuzz_nothing", ""), "");
}

}  // namespace
}  // namespace chatos::fuzz
