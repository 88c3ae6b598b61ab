#include "scenario/scenario_pattern.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace chatos::conformance {
namespace {

const std::vector<std::string> ids{"client.pm.answers", "server.conn.login", "server.pm.relay-code",
                                   "server.pm.relay-ok"};
const std::string unknown = "no scenario has this id; `chatos-conformance list` shows them";

TEST(Glob, star_and_question_mark_stand_for_characters) {
    EXPECT_TRUE(glob_matches("server.pm.relay", "server.pm.relay"));
    EXPECT_TRUE(glob_matches("*", ""));
    EXPECT_TRUE(glob_matches("server.*", "server.pm.relay"));
    EXPECT_TRUE(glob_matches("*relay", "server.pm.relay"));
    EXPECT_TRUE(glob_matches("*.p?.*", "server.pm.relay"));
    EXPECT_TRUE(glob_matches("s*r*y", "server.pm.relay"));
    EXPECT_TRUE(glob_matches("**", "abc"));
    EXPECT_FALSE(glob_matches("", "a"));
    EXPECT_FALSE(glob_matches("?", ""));
    EXPECT_FALSE(glob_matches("server.pm", "server.pm.relay"));
    EXPECT_FALSE(glob_matches("*.pc.*", "server.pm.relay"));
    EXPECT_FALSE(glob_matches("server.pm.rela[y]", "server.pm.relay"));
}

TEST(Glob, many_stars_take_no_exponential_time) {
    const std::string text(2'000, 'a');
    std::string pattern;
    for (int count = 0; count < 200; ++count) {
        pattern += "a*";
    }
    EXPECT_FALSE(glob_matches(pattern + "b", text));
}

TEST(UnknownScenario, names_the_id_that_was_probably_meant) {
    EXPECT_EQ(unknown_scenario("server.pm.relay-okk", ids), unknown + "; did you mean server.pm.relay-ok?");
    EXPECT_EQ(unknown_scenario("sever.conn.login", ids), unknown + "; did you mean server.conn.login?");
    EXPECT_EQ(unknown_scenario("server.pm.relay_code", ids), unknown + "; did you mean server.pm.relay-code?");
    EXPECT_EQ(unknown_scenario("juggle", ids), unknown);
}

TEST(UnknownScenario, names_the_glob_that_was_probably_meant_and_matches_something) {
    EXPECT_EQ(unknown_scenario("server.pn.*", ids), unknown + "; did you mean server.pm.*?");
    EXPECT_EQ(unknown_scenario("sever.con.*", ids), unknown + "; did you mean server.conn.*?");
    EXPECT_EQ(unknown_scenario("server.*.relay-okk", ids), unknown + "; did you mean server.*.relay-ok?");
    EXPECT_EQ(unknown_scenario("clinet.pm.?nswers", ids), unknown + "; did you mean client.pm.?nswers?");
    EXPECT_EQ(unknown_scenario("server.pm.x*", ids), unknown) << "the words are right, and the glob matches nothing";
    EXPECT_EQ(unknown_scenario("a.b.c.d.e.*", ids), unknown);
    EXPECT_EQ(unknown_scenario("*x", {}), unknown);
}

}  // namespace
}  // namespace chatos::conformance
