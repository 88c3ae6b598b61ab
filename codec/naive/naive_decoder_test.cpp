// The naive decoder is the yardstick, so a few cases that are beyond doubt, each worked out by hand from the rules.
#include "base/hex.hpp"
#include "naive_decoder.hpp"
#include "naive_utf8.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace naive {
namespace {

constexpr size_limits default_limits{.pseudo = 255, .message = 65'536};

reading read_hex(std::string_view hex) {
    const auto bytes = chatos::base::hex_bytes(hex);
    return read_packet(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), default_limits, 100);
}

TEST(NaiveDecoder, WIRE_3_reads_an_SPM) {
    const reading result = read_hex("03 0003 626f62 00000002 6869 ff");
    EXPECT_EQ(result.kind, outcome::whole);
    EXPECT_EQ(result.opcode, 3U);
    EXPECT_EQ(result.pseudo.start, 3U);
    EXPECT_EQ(result.pseudo.size, 3U);
    EXPECT_EQ(result.message.start, 10U);
    EXPECT_EQ(result.message.size, 2U);
    EXPECT_EQ(result.bytes, 12U);
}

TEST(NaiveDecoder, WIRE_13_says_how_many_bytes_the_next_decision_takes) {
    EXPECT_EQ(read_hex("").missing, 1U);
    EXPECT_EQ(read_hex("03").missing, 2U);
    EXPECT_EQ(read_hex("03 00").missing, 1U);
    EXPECT_EQ(read_hex("03 0003 62").missing, 2U);
    EXPECT_EQ(read_hex("03 0001 62").missing, 4U);
    EXPECT_EQ(read_hex("03 0001 62 00000102 61").missing, 257U);
    EXPECT_EQ(read_hex("06").missing, 1U);
}

struct wrong_case {
    const char* hex;
    fault why;
    place where;
    std::uint64_t offset;
};

TEST(NaiveDecoder, WIRE_1_8_9_11_12_14_says_what_is_wrong_and_where) {
    const wrong_case cases[] = {
        {"00", fault::opcode_is_not_1_to_6, place::opcode, 100},
        {"07", fault::opcode_is_not_1_to_6, place::opcode, 100},
        {"01 8000", fault::size_has_its_top_bit_set, place::size_of_pseudo, 101},
        {"01 0000", fault::pseudo_has_no_byte, place::size_of_pseudo, 101},
        {"01 0100", fault::size_is_over_the_limit, place::size_of_pseudo, 101},
        {"01 0002 61ff", fault::text_is_not_utf8, place::pseudo, 104},
        {"04 80000000", fault::size_has_its_top_bit_set, place::size_of_message, 101},
        {"04 00010001", fault::size_is_over_the_limit, place::size_of_message, 101},
        {"03 0001 62 00000003 61e282", fault::text_is_not_utf8, place::message, 109},
        {"06 03", fault::error_code_is_not_assigned, place::error_code, 101},
        {"06 06", fault::error_code_is_not_assigned, place::error_code, 101},
    };
    for (const wrong_case& refused : cases) {
        const reading result = read_hex(refused.hex);
        EXPECT_EQ(result.kind, outcome::wrong) << refused.hex;
        EXPECT_EQ(result.why, refused.why) << refused.hex;
        EXPECT_EQ(result.where, refused.where) << refused.hex;
        EXPECT_EQ(result.offset, refused.offset) << refused.hex;
    }
}

std::size_t first_ill_formed_of(std::string_view text) {
    return first_ill_formed(reinterpret_cast<const unsigned char*>(text.data()), text.size());
}

TEST(NaiveDecoder, WIRE_8_knows_the_edges_of_UTF_8) {
    for (const char* good : {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                             "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
        EXPECT_EQ(first_ill_formed_of(good), std::string_view{good}.size()) << good;
    }
    for (const char* bad : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",
                            "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF8\x88\x80\x80\x80", "\xFF",
                            "\xC2", "\xE2\x82", "\xF0\x9F\x90", "\xC2\xC2\x80", "\xE2\x28\xA1"}) {
        EXPECT_EQ(first_ill_formed_of(bad), 0U) << bad;
    }
    EXPECT_EQ(first_ill_formed_of("ab\xC3\xA9\xE2\x82"), 4U);
}

}  // namespace
}  // namespace naive
