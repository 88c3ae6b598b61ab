#include "profile/profile.hpp"
#include "testing/refused_cases.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

constexpr const char* table = "profile/refused_profiles.json";

TEST(LoadProfile, refuses_what_is_wrong_and_says_exactly_where_and_why) {
    for (const testing::refused_case& entry : testing::refused_cases(table)) {
        const auto loaded = load_profile(entry.text, "refused.json");
        std::vector<std::string> lines;
        if (const auto* problems = std::get_if<std::vector<problem>>(&loaded)) {
            for (const problem& each : *problems) {
                lines.push_back(each.text());
            }
        }
        EXPECT_EQ(lines, entry.problems) << entry.name << '\n' << entry.text;
    }
}

TEST(LoadProfile, reads_every_key) {
    const auto loaded = load_profile(testing::good_document(table), "good.json");
    ASSERT_TRUE(std::holds_alternative<profile>(loaded));
    const profile& result = std::get<profile>(loaded);
    EXPECT_EQ(result.name, "my server");
    EXPECT_EQ(result.role, test_role::server);
    EXPECT_EQ(result.command, (std::vector<std::string>{"./my-server", "{port}"}));
    EXPECT_EQ(result.options.size(), 4U);
    EXPECT_EQ(result.options.at("pc_timeout_ms"), std::vector<std::string>{"--pc={value}"});
    EXPECT_EQ(result.pseudo_bytes, 300U);
    EXPECT_EQ(result.message_bytes, 2'147'483'647U);
    EXPECT_EQ(result.extensions, std::vector<std::string>{"tunnel"});
    ASSERT_EQ(result.known_failures.size(), 2U);
    EXPECT_EQ(result.known_failures.front().rule, "PC-5");
    EXPECT_EQ(result.known_failures.front().reason, "no time limit yet");
    EXPECT_EQ(result.known_failures.front().place, "good.json:34: /known_failures/0");
    EXPECT_EQ(result.known_failures.back().scenario, "server.pc.*");
    EXPECT_EQ(result.known_failures.back().rule, "");
    ASSERT_EQ(result.skips.size(), 1U);
    EXPECT_EQ(result.skips.front().scenario, "server.tun.*");
    EXPECT_EQ(result.skips.front().reason, "not ours");
}

TEST(LoadProfile, reads_how_to_talk_with_a_client) {
    const auto loaded = load_profile(testing::source_file("profiles/model-client.json"), "model-client.json");
    ASSERT_TRUE(std::holds_alternative<profile>(loaded));
    const profile& result = std::get<profile>(loaded);
    EXPECT_EQ(result.role, test_role::client);
    EXPECT_EQ(result.dialogue.input.size(), all_commands().size());
    EXPECT_EQ(result.dialogue.input.at("msg"), "/msg {pseudo} {text}\n");
    EXPECT_EQ(result.dialogue.screen.size(), all_screen_texts().size());
    EXPECT_EQ(result.dialogue.exit_codes.at("taken"), 4);
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
    const profile& result = std::get<profile>(loaded);
    EXPECT_TRUE(result.command.empty());
    EXPECT_TRUE(result.options.empty());
    EXPECT_EQ(result.pseudo_bytes, 255U);
    EXPECT_EQ(result.message_bytes, 65'536U);
}

}  // namespace
}  // namespace chatos::conformance
