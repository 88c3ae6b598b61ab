#include "client/terminal/completion.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace chatos::client {
namespace {

const std::vector<std::string> names{"bob", "Ada L", "Ada M", "carol", "\xc3\xa9lo\xc3\xafse", "\xc3\xa8ve"};

TEST(Completion, of_commands_only_at_the_start) {
    EXPECT_EQ(complete("/m", names).insert, "sg ");
    EXPECT_EQ(complete("/q", names).insert, "uit ");
    EXPECT_EQ(complete("/s", names).choices, (std::vector<std::string>{"/save", "/send"}));
    EXPECT_EQ(complete("/p", names).choices, (std::vector<std::string>{"/p", "/private"}));
    EXPECT_EQ(complete("/x", names).insert, "");
    EXPECT_EQ(complete("hello /m", names).insert, "");
}

TEST(Completion, of_names_anywhere_else) {
    EXPECT_EQ(complete("/msg b", names).insert, "ob ");
    EXPECT_EQ(complete("hello c", names).insert, "arol ");
    EXPECT_EQ(complete("b", names).insert, "ob ");
    EXPECT_EQ(complete("/msg bob c", names).insert, "arol ");
    EXPECT_EQ(complete("/msg zed", names).insert, "");
}

TEST(Completion, of_names_with_blanks_in_quotes) {
    EXPECT_EQ(complete("/msg \"", names).insert, "Ada ");
    EXPECT_EQ(complete("/msg \"Ada ", names).choices, (std::vector<std::string>{"\"Ada L\"", "\"Ada M\""}));
    EXPECT_EQ(complete("/msg \"Ada L", names).insert, "\" ");
    EXPECT_EQ(complete("/msg \"Ada L\" c", names).insert, "arol ");
}

TEST(Completion, never_inserts_half_a_character) {
    EXPECT_EQ(complete("/msg ", {"\xc3\xa9lo", "\xc3\xa8ve"}).insert, "");
    EXPECT_EQ(complete("/msg \xc3\xa9", names).insert, "lo\xc3\xafse ");
}

}  // namespace
}  // namespace chatos::client
