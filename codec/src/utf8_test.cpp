#include <chatos/utf8.hpp>

#include <gtest/gtest.h>

#include <string>

namespace chatos {
namespace {

TEST(Utf8, WIRE_8_accepts_every_code_point_that_is_a_scalar_value) {
    for (char32_t code_point = 0; code_point <= 0x10FFFF; ++code_point) {
        if (code_point >= 0xD800 && code_point <= 0xDFFF) {
            continue;
        }
        std::string text;
        const auto put = [&](char32_t byte) { text += static_cast<char>(byte); };
        if (code_point < 0x80) {
            put(code_point);
        } else if (code_point < 0x800) {
            put(0xC0 | code_point >> 6U), put(0x80 | (code_point & 0x3F));
        } else if (code_point < 0x10000) {
            put(0xE0 | code_point >> 12U), put(0x80 | (code_point >> 6U & 0x3F)), put(0x80 | (code_point & 0x3F));
        } else {
            put(0xF0 | code_point >> 18U), put(0x80 | (code_point >> 12U & 0x3F));
            put(0x80 | (code_point >> 6U & 0x3F)), put(0x80 | (code_point & 0x3F));
        }
        ASSERT_TRUE(is_utf8(text)) << std::hex << static_cast<std::uint32_t>(code_point);
        ASSERT_EQ(find_ill_formed_utf8(text.substr(0, text.size() - 1)), text.size() == 1 ? utf8_well_formed : 0U);
    }
}

struct ill_formed_case {
    const char* description;
    std::string text;
    std::size_t at;
};

TEST(Utf8, WIRE_8_refuses_every_kind_of_ill_formed_sequence_and_says_where_it_starts) {
    const ill_formed_case cases[] = {
        {"a lone continuation byte", "ab\x80", 2},
        {"overlong two bytes", "\xC0\xAF", 0},
        {"overlong two bytes, C1", "x\xC1\xBF", 1},
        {"overlong three bytes", "\xE0\x9F\xBF", 0},
        {"overlong four bytes", "\xF0\x8F\xBF\xBF", 0},
        {"first surrogate", "\xED\xA0\x80", 0},
        {"last surrogate", "\xED\xBF\xBF", 0},
        {"above U+10FFFF", "\xF4\x90\x80\x80", 0},
        {"a lead of five bytes", "\xF8\x88\x80\x80\x80", 0},
        {"FE", "12345678\xFE", 8},
        {"FF after a long ASCII run", "1234567812345678123\xFF", 19},
        {"two bytes cut short", "\xC3", 0},
        {"three bytes cut short", "\xC3\xA9\xE2\x82", 2},
        {"four bytes cut short", "\xF0\x9F\x98", 0},
        {"a second lead where a continuation belongs", "\xE2\xC3\xA9", 0},
        {"the third byte is ASCII", "\xE2\x82x", 0},
    };
    for (const ill_formed_case& tested : cases) {
        EXPECT_EQ(find_ill_formed_utf8(tested.text), tested.at) << tested.description;
    }
}

TEST(Utf8, the_empty_text_is_well_formed) {
    EXPECT_TRUE(is_utf8(""));
}

TEST(Utf8, NUL_is_a_character_like_any_other) {
    EXPECT_TRUE(is_utf8(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace chatos
