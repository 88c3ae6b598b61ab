#include "base/json_text.hpp"

#include <gtest/gtest.h>

namespace chatos::base {
namespace {

TEST(json_text, plain_text_stays) {
    EXPECT_EQ(json_string(""), R"("")");
    EXPECT_EQ(json_string("hi, \u00e9\u65e5\U0001F419"), "\"hi, \u00e9\u65e5\U0001F419\"");
}

TEST(json_text, quotes_controls_and_what_a_terminal_obeys_are_escaped) {
    EXPECT_EQ(json_string("a\"b\\c\n\r\t"), R"("a\"b\\c\n\r\t")");
    EXPECT_EQ(json_string(std::string_view{"\0\x1b\x7f", 3}), R"("\u0000\u001b\u007f")");
    EXPECT_EQ(json_string("\u202e\ufeff"), R"("\u202e\ufeff")");
    EXPECT_EQ(json_string("\U000E0001"), R"("\udb40\udc01")");
}

TEST(json_text, a_byte_that_is_not_utf8_is_a_replacement_character) {
    EXPECT_EQ(json_string("a\xff\xc3z"), R"("a\ufffd\ufffdz")");
    EXPECT_EQ(json_string("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")");
}

}  // namespace
}  // namespace chatos::base
