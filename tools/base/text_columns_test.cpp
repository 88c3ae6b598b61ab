#include "base/text_columns.hpp"

#include <gtest/gtest.h>

namespace chatos::base {
namespace {

TEST(text_columns, follow_the_width_of_each_character) {
    EXPECT_EQ(columns_of(""), 0U);
    EXPECT_EQ(columns_of("abc"), 3U);
    EXPECT_EQ(columns_of("h\u00e9\u2026\u2192"), 4U);
    EXPECT_EQ(columns_of("\u65e5\u672c\u8a9e"), 6U);
    EXPECT_EQ(columns_of("\uac00\uff21\u3000"), 6U);
    EXPECT_EQ(columns_of("\uff71"), 1U);                      // halfwidth katakana
    EXPECT_EQ(columns_of("\U0001F419\U0001F600"), 4U);        // emoji
    EXPECT_EQ(columns_of("\u2705\u2b50"), 4U);                // emoji of old blocks
    EXPECT_EQ(columns_of("\u2603\u2713"), 2U);                // symbols that are no emoji by default
    EXPECT_EQ(columns_of("\U00020000\U0002FA1D"), 4U);        // the supplementary ideographic plane
    EXPECT_EQ(columns_of("e\u0301\u0323"), 1U);               // combining marks
    EXPECT_EQ(columns_of("\u1100\u1161\u11a8"), 2U);          // conjoining jamo
    EXPECT_EQ(columns_of("a\u200bb\u200d\ufe0f\ufeff"), 2U);  // what has no width
    EXPECT_EQ(columns_of("\x1b\n\x7f\u0085"), 0U);            // controls
    EXPECT_EQ(columns_of("\xff\xc3"), 2U);                    // bytes that are no character
}

TEST(text_columns, texts_are_cut_between_characters) {
    EXPECT_EQ(cut_to_columns("abcdef", 6), "abcdef");
    EXPECT_EQ(cut_to_columns("abcdef", 4), "abc\u2026");
    EXPECT_EQ(cut_to_columns("\u65e5\u65e5\u65e5", 4), "\u65e5\u2026");
    EXPECT_EQ(cut_to_columns("e\u0301e\u0301e\u0301", 2), "e\u0301\u2026");
    EXPECT_EQ(cut_to_columns("a\u0645\u200c\u0645b", 3), "a\u0645\u200c\u2026");
    EXPECT_EQ(cut_to_columns("a\U0001f468\u200d\U0001f469b", 4), "a\u2026") << "an emoji stays whole or goes";
    EXPECT_EQ(cut_to_columns("abc", 0), "");
}

TEST(text_columns, texts_are_padded_to_columns_not_bytes) {
    EXPECT_EQ(padded("\u65e5\u672c", 6), "\u65e5\u672c  ");
    EXPECT_EQ(padded("\u00e9", 3), "\u00e9  ");
    EXPECT_EQ(padded("abc", 2), "abc");
}

TEST(text_columns, lines_break_between_words) {
    EXPECT_EQ(wrapped("one two three", 2, 9), "one two\n  three");
    EXPECT_EQ(wrapped("\u65e5\u672c \u8a9e", 0, 7), "\u65e5\u672c \u8a9e");
    EXPECT_EQ(wrapped("\u65e5\u672c \u8a9e", 0, 6), "\u65e5\u672c\n\u8a9e");
    EXPECT_EQ(wrapped("muchlongerthanaline x", 1, 8), "muchlongerthanaline\n x");
    EXPECT_EQ(wrapped("", 4), "");
}

}  // namespace
}  // namespace chatos::base
