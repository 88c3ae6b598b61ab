#include "report/baseline.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace chatos::conformance {
namespace {

class Baseline : public ::testing::Test {
protected:
    static baseline loaded(const std::string& scenarios) {
        auto result = load_baseline(R"({"schema": 1, "scenarios": [)" + scenarios + "]}", "old.json");
        if (const auto* problems = std::get_if<std::vector<problem>>(&result)) {
            throw std::runtime_error{problems->front().text()};
        }
        return std::get<baseline>(std::move(result));
    }
    static std::string entry(const std::string& id, const std::string& verdict, const std::string& choices = "") {
        return R"({"id": ")" + id + R"(", "verdict": ")" + verdict + R"(", "choices": {)" + choices + "}}";
    }
    static std::vector<std::string> problems_in(const std::string& text) {
        auto result = load_baseline(text, "old.json");
        std::vector<std::string> lines;
        if (const auto* problems = std::get_if<std::vector<problem>>(&result)) {
            for (const problem& problem : *problems) {
                lines.push_back(problem.text());
            }
        }
        return lines;
    }
    void ran(const std::string& id, verdict judged, std::map<std::string, std::string> choices = {}) {
        scenario scenario = testing::make_scenario(R"([{"actor": "alice", "login": true}])");
        scenario.id = id;
        scenarios_.push_back(std::move(scenario));
        scenario_report report;
        report.scenario = &scenarios_.back();
        report.verdict = judged;
        report.outcome.choices = std::move(choices);
        now_.scenarios.push_back(std::move(report));
    }

    std::deque<scenario> scenarios_;
    suite_report now_;
};

TEST_F(Baseline, tells_verdicts_and_choices_that_changed_and_leaves_out_the_others) {
    ran("a", verdict::fail);
    ran("b", verdict::pass, {{"CONN-3", "closed"}, {"PM-6", "every"}});
    ran("c", verdict::pass, {{"CONN-3", "closed"}});
    const baseline before =
        loaded(entry("a", "pass") + ',' + entry("b", "pass", R"("CONN-3": "open", "PM-6": "every")") + ',' +
               entry("c", "pass", R"("CONN-3": "open")"));
    const report_changes changes = changes_since(before, now_);
    EXPECT_EQ(changes.source, "old.json");
    ASSERT_EQ(changes.verdicts.size(), 1U);
    EXPECT_EQ(changes.verdicts[0].id + ' ' + changes.verdicts[0].before + ' ' + changes.verdicts[0].now, "a pass fail");
    ASSERT_EQ(changes.choices.size(), 1U);
    EXPECT_EQ(changes.choices[0].rule, "CONN-3");
    EXPECT_EQ(changes.choices[0].before + ' ' + changes.choices[0].now, "open closed");
    EXPECT_EQ(changes.choices[0].scenarios, (std::vector<std::string>{"b", "c"}));
    EXPECT_FALSE(changes.none());
}

TEST_F(Baseline, what_only_one_of_the_two_has_is_no_change) {
    ran("new", verdict::fail, {{"CONN-3", "closed"}});
    ran("same", verdict::pass, {{"PM-6", "every"}});
    const report_changes changes = changes_since(loaded(entry("old", "fail") + ',' + entry("same", "pass")), now_);
    EXPECT_TRUE(changes.none());
    EXPECT_EQ(changes.added, std::vector<std::string>{"new"});
    EXPECT_EQ(changes.missing, std::vector<std::string>{"old"});
}

TEST_F(Baseline, keys_of_later_versions_are_passed_over) {
    EXPECT_EQ(problems_in(R"({"schema": 1, "scenarios": [], "surprise": {"x": 1}})"), std::vector<std::string>{});
}

TEST_F(Baseline, says_what_is_wrong_with_a_file_and_where) {
    const std::string advice = "old.json: a baseline is a report that `chatos-conformance run --json FILE` wrote";
    EXPECT_NE(problems_in("[1,").at(0).find("old.json:1: column "), std::string::npos);
    EXPECT_EQ(problems_in("[]").back(), advice);
    EXPECT_EQ(problems_in(R"({"schema": 2, "scenarios": []})").at(0),
              "old.json:1: /schema: expected an integer from 1 to 1, found 2");
    const std::vector<std::string> wrong =
        problems_in("{\"schema\": 1, \"scenarios\": [\n{\"id\": 5, \"verdict\": \"pass\","
                    " \"choices\": []},\n{\"id\": \"a\", \"verdict\": \"pass\"}]}");
    ASSERT_EQ(wrong.size(), 4U);
    EXPECT_EQ(wrong[0], "old.json:2: /scenarios/0/id: expected a string, found an integer");
    EXPECT_EQ(wrong[1], "old.json:2: /scenarios/0/choices: expected an object of choices, found an array");
    EXPECT_NE(wrong[2].find("old.json:3: /scenarios/1"), std::string::npos) << wrong[2];
    EXPECT_EQ(wrong[3], advice);
}

}  // namespace
}  // namespace chatos::conformance
