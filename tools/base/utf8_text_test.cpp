#include "base/utf8_text.hpp"

#include <chatos/utf8.hpp>

#include <gtest/gtest.h>

namespace chatos::base {
namespace {

TEST(utf8_text, every_code_point_is_written_and_read_back) {
    for (char32_t code_point = 0; code_point <= 0x10'FFFF; code_point += code_point == 0xD7FF ? 0x801 : 1) {
        std::string text;
        append_utf8(text, code_point);
        const utf8_character character = first_character(text + "z");
        ASSERT_EQ(character.code_point, code_point);
        ASSERT_EQ(character.bytes, text.size());
        ASSERT_TRUE(is_utf8(text));
    }
}

TEST(utf8_text, a_byte_that_starts_no_sequence_is_a_replacement_character) {
    for (const std::string_view text : {"\xff", "\x80", "\xc3", "\xed\xa0\x80", "\xe2\x82z"}) {
        EXPECT_EQ(first_character(text).code_point, U'\uFFFD');
        EXPECT_EQ(first_character(text).bytes, 1U);
    }
}

TEST(utf8_text, is_cut_between_characters) {
    EXPECT_EQ(whole_characters("a\u00e9b", 2), 1U);
    EXPECT_EQ(whole_characters("a\u00e9b", 3), 3U);
    EXPECT_EQ(whole_characters("a\u00e9b", 9), 4U);
    EXPECT_EQ(whole_characters("\U0001F419", 3), 0U);
    EXPECT_EQ(whole_characters("", 0), 0U);
}

}  // namespace
}  // namespace chatos::base
