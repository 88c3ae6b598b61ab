#include "base/shown_text.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace chatos::base {
namespace {

std::optional<std::string> read(std::string_view escape) {
    std::string text;
    return read_escape(escape, text) == escape.size() ? std::optional{text} : std::nullopt;
}

TEST(shown_text, is_never_obeyed_by_a_terminal) {
    EXPECT_EQ(printable("\x1b[2Jhi\r\n\x07"), "\\x1b[2Jhi\\r\\n\\x07");
    EXPECT_EQ(printable("a\u202e"
                        "b"),
              "a\\u{202e}b");
    EXPECT_EQ(printable("say \"hi\" to C:\\ \u00e9"), "say \"hi\" to C:\\ \u00e9");
    EXPECT_EQ(printable("\xff"), "\\xff");
    EXPECT_EQ(quoted("say \"hi\" to C:\\\n"), "\"say \\\"hi\\\" to C:\\\\\\n\"");
}

TEST(shown_text, escapes_are_read_as_they_are_written) {
    EXPECT_EQ(read("\""), "\"");
    EXPECT_EQ(read("\\"), "\\");
    EXPECT_EQ(read("n"), "\n");
    EXPECT_EQ(read("r"), "\r");
    EXPECT_EQ(read("t"), "\t");
    EXPECT_EQ(read("x1b"), "\x1b");
    EXPECT_EQ(read("u{202e}"), "\u202e");
    EXPECT_EQ(read("u{10ffff}"), "\U0010FFFF");
}

TEST(shown_text, other_escapes_are_none) {
    for (const std::string_view escape :
         {"", "q", "x", "x1", "xg0", "u", "u{", "u{}", "u{41", "u{110000}", "u{d800}", "u{0000041}", "u{4 1}"}) {
        std::string text;
        EXPECT_EQ(read_escape(escape, text), 0U) << escape;
        EXPECT_EQ(text, "");
    }
}

}  // namespace
}  // namespace chatos::base
