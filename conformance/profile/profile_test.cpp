#include "profile/profile.hpp"
#include "testing/refused_cases.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

constexpr const char* table = "profile/refused_profiles.json";

TEST(LoadProfile, refuses_what_is_wrong_and_says_exactly_where_and_why) {
    for (const testing::refused_case& one : testing::refused_cases(table)) {
        const auto loaded = load_profile(one.text, "refused.json");
        std::vector<std::string> lines;
        if (const auto* problems = std::get_if<std::vector<problem>>(&loaded)) {
            for (const problem& each : *problems) {
                lines.push_back(each.text());
            }
        }
        EXPECT_EQ(lines, one.problems) << one.name << '\n' << one.text;
    }
}

TEST(LoadProfile, reads_every_key) {
    const auto loaded = load_profile(testing::good_document(table), "good.json");
    ASSERT_TRUE(std::holds_alternative<profile>(loaded));
    const profile& made = std::get<profile>(loaded);
    EXPECT_EQ(made.name, "my server");
    EXPECT_EQ(made.role, test_role::server);
    EXPECT_EQ(made.command, (std::vector<std::string>{"./my-server", "{port}"}));
    EXPECT_EQ(made.options.size(), 4U);
    EXPECT_EQ(made.options.at("pc_timeout_ms"), std::vector<std::string>{"--pc={value}"});
    EXPECT_EQ(made.pseudo_bytes, 300U);
    EXPECT_EQ(made.message_bytes, 2'147'483'647U);
    EXPECT_EQ(made.extensions, std::vector<std::string>{"tunnel"});
    ASSERT_EQ(made.known_failures.size(), 1U);
    EXPECT_EQ(made.known_failures.front().rule, "PC-5");
    EXPECT_EQ(made.known_failures.front().reason, "no time limit yet");
}

TEST(LoadProfile, reads_how_to_talk_with_a_client) {
    const auto loaded = load_profile(testing::source_file("profiles/model-client.json"), "model-client.json");
    ASSERT_TRUE(std::holds_alternative<profile>(loaded));
    const profile& made = std::get<profile>(loaded);
    EXPECT_EQ(made.role, test_role::client);
    EXPECT_EQ(made.dialogue.input.size(), all_commands().size());
    EXPECT_EQ(made.dialogue.input.at("msg"), "/msg {pseudo} {text}\n");
    EXPECT_EQ(made.dialogue.screen.size(), all_screen_texts().size());
    EXPECT_EQ(made.dialogue.exit_codes.at("taken"), 4);
}

TEST(LoadProfile, a_client_needs_no_more_than_a_command) {
    const auto loaded = load_profile(
        R"({"schema": 1, "name": "bare", "role": "client", "command": ["./c", "{port}", "{pseudo}"]})", "bare.json");
    ASSERT_TRUE(std::holds_alternative<profile>(loaded));
    EXPECT_TRUE(std::get<profile>(loaded).dialogue.input.empty());
}

TEST(LoadProfile, most_keys_may_be_left_out) {
    const auto loaded = load_profile(R"({"schema": 1, "name": "bare"})", "bare.json");
    ASSERT_TRUE(std::holds_alternative<profile>(loaded));
    const profile& made = std::get<profile>(loaded);
    EXPECT_TRUE(made.command.empty());
    EXPECT_TRUE(made.options.empty());
    EXPECT_EQ(made.pseudo_bytes, 255U);
    EXPECT_EQ(made.message_bytes, 65'536U);
}

}  // namespace
}  // namespace chatos::conformance
