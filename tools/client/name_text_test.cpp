#include "client/name_text.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

namespace chatos::client {
namespace {

TEST(ShownName, stands_in_quotes_when_it_could_be_taken_for_something_else) {
    EXPECT_EQ(shown_name("bob"), "bob");
    EXPECT_EQ(shown_name("\xc3\xa9lo\xc3\xafse"), "\xc3\xa9lo\xc3\xafse");
    EXPECT_EQ(shown_name("* connected"), "\"* connected\"");
    EXPECT_EQ(shown_name("bob: hi"), "\"bob: hi\"");
    EXPECT_EQ(shown_name("bob:"), "\"bob:\"");
    EXPECT_EQ(shown_name("(bob)"), "\"(bob)\"");
    EXPECT_EQ(shown_name("\"x"), "\"\\\"x\"");
    EXPECT_EQ(shown_name("\x1b[0m"), "\"\\x1b[0m\"");
}

TEST(ShownName, can_be_typed_back_and_is_told_apart) {
    std::mt19937 random{1};
    const std::string alphabet[] = {"a",
                                    " ",
                                    "\"",
                                    "\\",
                                    ":",
                                    "*",
                                    "\n",
                                    "\t",
                                    "\x1b",
                                    "\xc3\xa9",
                                    "\xe2\x80\xae",
                                    "x1b",
                                    "u{202e}",
                                    "/",
                                    "\xf0\x9f\x90\x99",
                                    "\xf3\xa0\x80\x81"};
    std::set<std::string> names;
    std::set<std::string> shown;
    for (int round = 0; round < 5'000; ++round) {
        std::string name;
        for (std::size_t parts = 1 + random() % 5; parts > 0; --parts) {
            name += alphabet[random() % std::size(alphabet)];
        }
        names.insert(name);
        shown.insert(shown_name(name));
        const std::string typed = "  " + shown_name(name) + " rest";
        std::string_view line = typed;
        EXPECT_EQ(read_name(line), name) << typed;
        EXPECT_EQ(line, " rest");
    }
    EXPECT_EQ(names.size(), shown.size());
}

TEST(ReadName, refuses_broken_quotes_and_escapes) {
    for (const std::string text : {"", "  ", "\"", "\"bob", "\"\"", "\"bob\"x", "\"\\q\"", "\"\\x\"", "\"\\u{110000}\"",
                                   "\"\\u{}\"", "\"\\u{41\"", "\"\\"}) {
        std::string_view line = text;
        EXPECT_EQ(read_name(line), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace chatos::client
