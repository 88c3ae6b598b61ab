#include "dump/filter/filter_error_text.hpp"

#include <gtest/gtest.h>

namespace chatos::dump {
namespace {

std::string complaint(std::string_view text) {
    const auto parsed = filter::parse(text);
    const filter_problem* const problem = std::get_if<filter_problem>(&parsed);
    return problem == nullptr ? "" : filter_error_text(text, *problem);
}

TEST(filter_error_text, points_at_the_place) {
    EXPECT_EQ(complaint(R"(packet==SPN && pseudo=="bob")"),
              R"(bad filter: at column 9 'SPN' is wrong; expected CR, RPM, SPM, SMA, PC or ERROR
  packet==SPN && pseudo=="bob"
          ^^^)");
    EXPECT_EQ(complaint("dir=="), R"(bad filter: at column 6 the filter ends; expected c2s or s2c
  dir==
       ^)");
}

TEST(filter_error_text, counts_characters_and_shows_nothing_raw) {
    EXPECT_EQ(
        complaint("message==\"h\u00e9\" && \x1b[31m"), "bad filter: at column 18 '\\x1b' is wrong; expected " + [] {
            const auto parsed = filter::parse("");
            return std::get<filter_problem>(parsed).expected;
        }() + "\n  message==\"h\u00e9\" && \\x1b[31m\n                   ^^^^");
}

TEST(filter_error_text, shows_of_a_long_filter_what_stands_around_the_place) {
    std::string text;
    for (int count = 0; count < 100; ++count) {
        text += "code==1 || ";
    }
    const std::string said = complaint(text + "wrong==1 || " + text);
    EXPECT_LT(said.size(), 600U);
    EXPECT_NE(said.find("\n  ..."), std::string::npos);
    const std::size_t line = said.find("\n  ...") + 1;
    EXPECT_EQ(said.find("wrong==1", line) - line, said.find('^') - said.rfind('\n') - 1);
}

}  // namespace
}  // namespace chatos::dump
