#include "report/markup.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

TEST(MarkupText, escapes_what_markup_would_read) {
    EXPECT_EQ(markup_text("a<b>&\"c\"'d'"), "a&lt;b&gt;&amp;&quot;c&quot;&#39;d&#39;");
    EXPECT_EQ(markup_text("&amp;"), "&amp;amp;");
}

TEST(MarkupText, shows_what_xml_forbids_and_keeps_line_breaks) {
    EXPECT_EQ(markup_text("one\n\ntwo\n"), "one\n\ntwo\n");
    EXPECT_EQ(markup_text(std::string_view{"\0\x1b\t\r", 4}), "\\x00\\x1b\\t\\r");
    EXPECT_EQ(markup_text("\xff|\xed\xa0\x80"), "\\xff|\\xed\\xa0\\x80");
    EXPECT_EQ(markup_text("\xef\xbf\xbe|\xef\xbf\xbf|\xef\xbf\xbd"), "\\u{fffe}|\\u{ffff}|\xef\xbf\xbd");
    EXPECT_EQ(markup_text("\u202e"), "\\u{202e}");
    EXPECT_EQ(markup_text("é€😀"), "é€😀");
    EXPECT_EQ(markup_text(""), "");
}

}  // namespace
}  // namespace chatos::conformance
