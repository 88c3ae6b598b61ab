#include "base/xml_text.hpp"

#include <gtest/gtest.h>

namespace chatos::base {
namespace {

TEST(xml_text, escapes_what_markup_would_read) {
    EXPECT_EQ(xml_text("a<b>&\"c\"'d'"), "a&lt;b&gt;&amp;&quot;c&quot;&#39;d&#39;");
    EXPECT_EQ(xml_text("&amp;"), "&amp;amp;");
    EXPECT_EQ(xml_attribute("name", "\"x\""), " name=\"&quot;x&quot;\"");
}

TEST(xml_text, shows_what_xml_forbids_and_keeps_line_breaks) {
    EXPECT_EQ(xml_text("one\n\ntwo\n"), "one\n\ntwo\n");
    EXPECT_EQ(xml_text(std::string_view{"\0\x1b\t\r", 4}), "\\x00\\x1b\\t\\r");
    EXPECT_EQ(xml_text("\xff|\xed\xa0\x80"), "\\xff|\\xed\\xa0\\x80");
    EXPECT_EQ(xml_text("\xef\xbf\xbe|\xef\xbf\xbf|\xef\xbf\xbd"), "\\u{fffe}|\\u{ffff}|\xef\xbf\xbd");
    EXPECT_EQ(xml_text("\u202e"), "\\u{202e}");
    EXPECT_EQ(xml_text("é€😀"), "é€😀");
    EXPECT_EQ(xml_text(""), "");
}

}  // namespace
}  // namespace chatos::base
