#include "report/written_profile.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace chatos::conformance {
namespace {

class WrittenProfile : public ::testing::Test {
protected:
    scenario_report& add(const std::string& id, verdict judged, const std::string& why = "") {
        scenario& scenario = scenarios_.emplace_back();
        scenario.id = id;
        scenario_report& result = report_.scenarios.emplace_back();
        result.scenario = &scenario;
        result.verdict = judged;
        result.why = why;
        return result;
    }
    [[nodiscard]] profile written(const std::string& original) {
        const auto before = load_profile(original, "before.json");
        text_ = profile_with_known_failures(original, std::get<profile>(before).known_failures, report_);
        const auto after = load_profile(text_, "after.json");
        EXPECT_TRUE(std::holds_alternative<profile>(after)) << text_;
        return std::get<profile>(after);
    }

    std::deque<scenario> scenarios_;
    suite_report report_;
    std::string text_;
};

TEST_F(WrittenProfile, knows_what_failed_and_keeps_every_other_key) {
    add("server.pm.two", verdict::fail, "seen: \"x\"").failed_rules = {"PM-4", "ERR-3"};
    add("server.pm.one", verdict::fail, "silence");
    add("server.pm.good", verdict::pass);
    add("server.pm.warned", verdict::warn, "a SHOULD");
    add("server.pm.not-testable", verdict::not_testable, "its control failed");
    const profile result = written(
        R"({"name": "mine", "schema": 1, "options": {"capacity": ["--cap", "{value}"]}, "command": ["a", "{port}"]})");
    EXPECT_EQ(text_, R"({
  "name": "mine",
  "schema": 1,
  "options": {"capacity": ["--cap", "{value}"]},
  "command": ["a", "{port}"],
  "known_failures": [
    {"scenario": "server.pm.one", "reason": "silence"},
    {"scenario": "server.pm.two", "reason": "PM-4, ERR-3: seen: \"x\""}
  ]
}
)");
    EXPECT_EQ(result.known_failures.size(), 2U);
}

TEST_F(WrittenProfile, keeps_the_reasons_of_what_still_fails_and_drops_what_no_longer_does) {
    add("server.pm.mended", verdict::stale).evidence.kept = known_failure{"", "old", "server.pm.mended"};
    add("server.pm.known", verdict::known_failure, "seen");
    const profile result = written(R"({"schema": 1, "name": "mine", "known_failures": [
        {"scenario": "server.pm.mended", "reason": "old"}, {"scenario": "server.pm.known", "reason": "we know"},
        {"rule": "PC-5", "reason": "not run"}], "extensions": ["tunnel"]})");
    ASSERT_EQ(result.known_failures.size(), 2U) << text_;
    EXPECT_EQ(result.known_failures[0].scenario, "server.pm.known");
    EXPECT_EQ(result.known_failures[0].reason, "we know");
    EXPECT_EQ(result.known_failures[1].rule, "PC-5");
    EXPECT_EQ(result.extensions, std::vector<std::string>{"tunnel"});
}

TEST_F(WrittenProfile, is_a_new_one_when_there_was_none) {
    add("server.pm.one", verdict::fail, std::string(1'000, 'x') + "\u00e9");
    const profile result = written(new_profile("127.0.0.1:7777", {}));
    EXPECT_EQ(result.name, "127.0.0.1:7777");
    EXPECT_TRUE(result.command.empty());
    EXPECT_EQ(result.known_failures.front().reason.size(), 303U);
    EXPECT_EQ(written(new_profile("x", {"/bin/sh", "-c", "./server {port}"})).command.size(), 3U);
}

}  // namespace
}  // namespace chatos::conformance
