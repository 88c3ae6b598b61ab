// Verdicts, controls and what a report says, over real loopback TCP against servers that the tests make up.
#include "base/testing/temporary_folder.hpp"
#include "runner/suite.hpp"
#include "testing/fake_implementation.hpp"
#include "testing/manual_run.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

namespace chatos::conformance {
namespace {

using testing::answer_politely;
using testing::answering;
using testing::error_bytes;
using testing::fake_implementation;
using testing::fake_server;
using testing::make_scenario;
using testing::visitor;

/// Alice sends an RPM for an unknown pseudo and gets this code.
scenario asks_for_nobody(const std::string& id, int code, const std::string& rule, const std::string& keys = "") {
    return make_scenario(R"([{"actor": "alice", "login": true},
                             {"actor": "alice", "send": {"packet": "RPM", "pseudo": "nobody"}},
                             {"actor": "alice", "expect": {"packet": "ERROR", "code": )" +
                             std::to_string(code) + R"(}}])",
                         R"("id": ")" + id + R"(", "rules": [")" + rule + R"("], "actors": ["alice"], )" + keys);
}

/// Passes against answer_politely().
scenario passes(const std::string& id, const std::string& rule = "PM-2", const std::string& keys = "") {
    return asks_for_nobody(id, 4, rule, keys);
}
/// Fails against it.
scenario fails(const std::string& id, const std::string& rule = "PM-2", const std::string& keys = "") {
    return asks_for_nobody(id, 0, rule, keys);
}

class SuiteTest : public ::testing::Test {
protected:
    SuiteTest() { options_.run_tag = "test"; }

    suite_report run(implementation& under_test, const std::vector<std::string>& ids = {}) {
        std::vector<const scenario*> selected;
        for (const scenario& scenario : scenarios_) {
            if (ids.empty() || std::find(ids.begin(), ids.end(), scenario.id) != ids.end()) {
                selected.push_back(&scenario);
            }
        }
        return run_suite(selected, scenarios_, under_test, options_);
    }

    static const scenario_report& report_of(const suite_report& report, const std::string& id) {
        for (const scenario_report& result : report.scenarios) {
            if (result.scenario->id == id) {
                return result;
            }
        }
        throw std::runtime_error{"not in the report: " + id};
    }
    static std::string verdict_of(const suite_report& report, const std::string& id) {
        return std::string{verdict_name(report_of(report, id).verdict)};
    }

    std::vector<scenario> scenarios_;
    suite_options options_;
    fake_server polite_{answering(answer_politely)};
    fake_implementation under_test_{polite_, {"capacity"}};
};

TEST_F(SuiteTest, a_scenario_passes_or_fails_with_the_rule_and_the_reason) {
    scenarios_ = {passes("good"), fails("bad", "PM-1")};
    const suite_report report = run(under_test_);
    EXPECT_EQ(verdict_of(report, "good"), "pass");
    EXPECT_EQ(report_of(report, "good").why, "");
    const scenario_report& bad = report_of(report, "bad");
    EXPECT_EQ(bad.verdict, verdict::fail);
    EXPECT_EQ(bad.failed_rules, std::vector<std::string>{"PM-1"});
    EXPECT_EQ(bad.why, "expected: alice receives ERROR 0 OK; seen: alice received ERROR 4 UNREACHABLE");
    EXPECT_EQ(bad.server_output, std::vector<std::string>{"its last line"});
    EXPECT_EQ(report.ran(), 2U);
    EXPECT_EQ(report.count(verdict::pass), 1U);
    EXPECT_EQ(report.gone, std::nullopt);
    EXPECT_EQ(under_test_.discarded(), 1) << "a failure is followed by a fresh server";
}

TEST_F(SuiteTest, a_broken_should_rule_warns_and_fails_only_when_strict) {
    scenarios_ = {fails("should", "CONN-5"), fails("must", "PM-1")};
    EXPECT_EQ(verdict_of(run(under_test_), "should"), "warn");
    options_.strict = true;
    EXPECT_EQ(verdict_of(run(under_test_), "should"), "fail");
    EXPECT_FALSE(fails_the_run(verdict::warn));
    EXPECT_TRUE(fails_the_run(verdict::fail));
}

TEST_F(SuiteTest, a_scenario_is_testable_only_when_its_control_passes) {
    scenarios_ = {passes("good"),
                  fails("bad"),
                  passes("after-good", "PM-2", R"("control": "good",)"),
                  passes("after-bad", "PM-2", R"("control": "bad",)"),
                  passes("after-warned", "PM-2", R"("control": "warned",)"),
                  fails("warned", "CONN-5")};
    const suite_report report = run(under_test_);
    EXPECT_EQ(verdict_of(report, "after-good"), "pass");
    EXPECT_EQ(verdict_of(report, "after-warned"), "pass");
    EXPECT_EQ(verdict_of(report, "after-bad"), "not-testable");
    EXPECT_EQ(report_of(report, "after-bad").why, "its control bad did not pass (fail)");
    EXPECT_FALSE(report_of(report, "after-bad").ran);
    EXPECT_TRUE(fails_the_run(verdict::not_testable));
}

TEST_F(SuiteTest, a_control_that_was_not_selected_runs_as_well_and_is_said) {
    scenarios_ = {passes("control"), passes("chosen", "PM-2", R"("control": "control",)"), passes("other")};
    const suite_report report = run(under_test_, {"chosen"});
    ASSERT_EQ(report.scenarios.size(), 2U);
    EXPECT_EQ(report.scenarios[0].scenario->id, "control");
    EXPECT_EQ(verdict_of(report, "chosen"), "pass");
    EXPECT_EQ(report.notes, std::vector<std::string>{"1 scenario runs as a control of the selected ones"});
}

TEST_F(SuiteTest, a_control_that_does_not_exist_makes_not_testable) {
    scenarios_ = {passes("chosen", "PM-2", R"("control": "ghost",)")};
    const suite_report report = run(under_test_);
    EXPECT_EQ(verdict_of(report, "chosen"), "not-testable");
    EXPECT_EQ(report_of(report, "chosen").why, "its control ghost does not exist");
    EXPECT_EQ(report.ran(), 0U);
}

TEST_F(SuiteTest, what_the_server_cannot_be_told_is_unsupported_and_so_is_what_depends_on_it) {
    scenarios_ = {passes("capacity", "PM-2", R"("needs": {"capacity": 2},)"),
                  passes("short-timeout", "PM-2", R"("needs": {"answer_timeout_ms": 9},)"),
                  passes("dependent", "PM-2", R"("control": "short-timeout",)")};
    const suite_report report = run(under_test_);
    EXPECT_EQ(verdict_of(report, "capacity"), "pass");
    EXPECT_EQ(verdict_of(report, "short-timeout"), "unsupported");
    EXPECT_EQ(report_of(report, "short-timeout").why, "cannot be told answer_timeout_ms");
    EXPECT_EQ(verdict_of(report, "dependent"), "unsupported");
    EXPECT_FALSE(report.fails(report_of(report, "short-timeout")));
    suite_report strict = report;
    strict.requires_supported = true;
    EXPECT_TRUE(strict.fails(report_of(report, "short-timeout"))) << "--require-supported";
    EXPECT_FALSE(strict.fails(report_of(report, "capacity")));
}

TEST_F(SuiteTest, a_known_failure_does_not_fail_the_run_and_one_that_is_mended_does) {
    scenarios_ = {fails("broken", "PM-2"), passes("mended", "PM-7"), fails("unknown", "PM-1")};
    options_.known_failures = {{"PM-2", "always yes"}, {"PM-7", "no idea"}, {"PC-5", "not tested here"}};
    const suite_report report = run(under_test_);
    EXPECT_EQ(verdict_of(report, "broken"), "known-failure");
    EXPECT_EQ(verdict_of(report, "unknown"), "fail");
    EXPECT_EQ(verdict_of(report, "mended"), "stale");
    EXPECT_EQ(report_of(report, "mended").why,
              "the profile calls PM-7 a known failure (no idea), but it holds; remove the entry");
    EXPECT_TRUE(fails_the_run(verdict::stale));
    EXPECT_FALSE(fails_the_run(verdict::known_failure));
}

TEST_F(SuiteTest, a_second_failure_of_a_rule_shows_when_the_first_is_known_by_its_scenario) {
    scenarios_ = {fails("broken", "PM-2"), fails("new", "PM-2"), passes("mended", "PM-2")};
    options_.known_failures = {{"", "we know", "broken"}, {"", "it was", "mended"}, {"", "typo", "nothing.*"}};
    const suite_report report = run(under_test_);
    EXPECT_EQ(verdict_of(report, "broken"), "known-failure");
    EXPECT_EQ(verdict_of(report, "new"), "fail");
    EXPECT_EQ(verdict_of(report, "mended"), "stale");
}

TEST_F(SuiteTest, a_glob_of_known_failures_is_stale_when_all_of_it_passes) {
    scenarios_ = {passes("a.one", "PM-2"), passes("a.two", "PM-2"), fails("b.one", "PM-2"), passes("b.two", "PM-2")};
    options_.known_failures = {{"", "all mended", "a.*"}, {"", "one is not", "b.*"}};
    const suite_report report = run(under_test_);
    EXPECT_EQ(verdict_of(report, "a.one"), "stale");
    EXPECT_EQ(verdict_of(report, "a.two"), "stale");
    EXPECT_EQ(verdict_of(report, "b.one"), "known-failure");
    EXPECT_EQ(verdict_of(report, "b.two"), "pass");
    EXPECT_EQ(verdict_of(run(under_test_, {"a.one"}), "a.one"), "pass") << "the other one was left out";
    options_.ids = {"a.one", "a.two", "a.three", "client.a.one"};
    EXPECT_EQ(verdict_of(run(under_test_), "a.one"), "pass") << "there is one more";
    options_.ids = {"a.one", "a.two", "client.a.one"};
    EXPECT_EQ(verdict_of(run(under_test_), "a.one"), "stale") << "of the other role";
}

TEST_F(SuiteTest, a_known_failure_is_not_stale_while_one_scenario_still_shows_it) {
    scenarios_ = {fails("broken", "PM-2"), passes("works", "PM-2")};
    options_.known_failures = {{"PM-2", "sometimes"}};
    const suite_report report = run(under_test_);
    EXPECT_EQ(verdict_of(report, "broken"), "known-failure");
    EXPECT_EQ(verdict_of(report, "works"), "pass");
}

TEST_F(SuiteTest, a_known_failure_is_not_stale_while_a_scenario_that_might_show_it_was_left_out) {
    scenarios_ = {fails("broken", "PM-2"), passes("works", "PM-2")};
    options_.known_failures = {{"PM-2", "sometimes"}};
    EXPECT_EQ(verdict_of(run(under_test_, {"works"}), "works"), "pass");
}

TEST_F(SuiteTest, a_login_that_may_have_missed_a_short_login_timeout_is_tried_again) {
    int refusals = 3;
    fake_server busy{answering([&](const packet_view& packet) {
        return packet.op == opcode::cr && refusals-- > 0 ? error_bytes(error_code::refused) : answer_politely(packet);
    })};
    fake_implementation under_test{busy, {"login_timeout_ms"}};
    scenarios_ = {passes("late", "PM-2", R"("needs": {"login_timeout_ms": 300},)")};
    EXPECT_EQ(verdict_of(run(under_test), "late"), "pass");
    refusals = 1'000;
    EXPECT_EQ(verdict_of(run(under_test), "late"), "fail");
    refusals = 1;
    scenarios_ = {passes("refused")};
    EXPECT_EQ(verdict_of(run(under_test), "refused"), "fail");
}

TEST_F(SuiteTest, choices_are_recorded_also_when_a_rule_shows_several) {
    const auto chooses = [](const std::string& id, int code) {
        return make_scenario(R"([{"actor": "alice", "login": true},
             {"actor": "alice", "send": {"packet": "SMA", "message": ")" +
                                 std::to_string(code) + R"("}},
             {"actor": "alice", "expect": {"choice": "WIRE-10", "one_of": [
                {"name": "yes", "steps": [{"expect": {"packet": "ERROR", "code": 0}}]},
                {"name": "no", "steps": [{"expect": {"packet": "ERROR", "code": 5}}]}]}}])",
                             R"("id": ")" + id + R"(", "rules": ["PM-2", "WIRE-10"],)");
    };
    fake_server moody{answering([](const packet_view& packet) {
        return packet.op == opcode::sma ? error_bytes(packet.message == "5" ? error_code::refused : error_code::ok)
                                        : answer_politely(packet);
    })};
    fake_implementation under_test{moody, {}};
    scenarios_ = {chooses("a", 0), chooses("b", 5), chooses("c", 0)};
    const suite_report report = run(under_test);
    EXPECT_EQ(report.count(verdict::pass), 3U);
    EXPECT_EQ(report.choices, (std::map<std::string, std::string>{{"WIRE-10", "no, yes"}}));
    EXPECT_EQ(report_of(report, "b").outcome.choices.at("WIRE-10"), "no");
}

TEST_F(SuiteTest, no_pseudo_is_used_by_two_scenarios) {
    std::mutex mutex;
    std::vector<std::string> pseudos;
    fake_server server{answering([&](const packet_view& packet) {
        if (packet.op == opcode::cr) {
            const std::scoped_lock lock{mutex};
            pseudos.emplace_back(packet.pseudo);
        }
        return answer_politely(packet);
    })};
    fake_implementation under_test{server, {}};
    scenarios_ = {passes("a"), passes("b"), passes("c")};
    EXPECT_EQ(run(under_test).count(verdict::pass), 3U);
    EXPECT_EQ(pseudos, (std::vector<std::string>{"alice-test-0", "alice-test-1", "alice-test-2"}));
}

TEST_F(SuiteTest, scenarios_that_need_the_same_options_run_one_after_the_other) {
    scenarios_ = {passes("a", "PM-2", R"("needs": {"capacity": 2},)"), passes("b"),
                  passes("c", "PM-2", R"("needs": {"capacity": 2},)"), passes("d")};
    std::string order;
    options_.progress = [&](std::size_t, std::size_t, const scenario& next) { order += next.id; };
    const suite_report report = run(under_test_);
    EXPECT_EQ(order, "bdac");
    EXPECT_EQ(report.scenarios.front().scenario->id, "a") << "the report keeps the order in which they were selected";
}

TEST_F(SuiteTest, a_server_that_dies_fails_the_scenario_even_if_it_answered_well) {
    scenarios_ = {passes("deadly"), passes("next")};
    options_.progress = [&](std::size_t, std::size_t, const scenario& next) {
        if (next.id == "deadly") {
            under_test_.set_death("killed by signal 11 (Segmentation fault)");
        }
    };
    const suite_report report = run(under_test_);
    const scenario_report& deadly = report_of(report, "deadly");
    EXPECT_EQ(deadly.verdict, verdict::fail);
    EXPECT_EQ(deadly.failed_rules, std::vector<std::string>{"ERR-3"});
    EXPECT_NE(deadly.why.find("killed by signal 11"), std::string::npos) << deadly.why;
    EXPECT_EQ(verdict_of(report, "next"), "pass");
}

TEST_F(SuiteTest, a_server_that_dies_behind_a_scenario_fails_that_scenario) {
    scenarios_ = {passes("deadly", "CONN-5"), passes("next")};
    options_.progress = [&](std::size_t, std::size_t, const scenario& next) {
        if (next.id == "next") {
            under_test_.set_death("exit status 1");
        }
    };
    options_.known_failures = {{"ERR-3", "a death is never a known failure"}};
    const suite_report report = run(under_test_);
    EXPECT_EQ(verdict_of(report, "deadly"), "fail");
    EXPECT_EQ(report_of(report, "deadly").why, "the server died after this scenario (exit status 1)");
    EXPECT_EQ(verdict_of(report, "next"), "pass");
}

TEST_F(SuiteTest, a_server_that_falls_silent_fails_even_where_only_a_should_rule_was_asked_for) {
    scenarios_ = {fails("silent", "CONN-5")};
    options_.time_factor = 0.1;
    fake_server mute{[](visitor& guest, fake_server&) { guest.drain(); }};
    fake_implementation under_test{mute, {}};
    const suite_report report = run(under_test);
    EXPECT_EQ(verdict_of(report, "silent"), "fail");
    EXPECT_NE(report_of(report, "silent").why.find("the server has fallen silent"), std::string::npos);
}

TEST_F(SuiteTest, a_server_that_never_says_anything_is_not_started_again_and_again) {
    for (char letter = 'a'; letter <= 'j'; ++letter) {
        scenarios_.push_back(fails(std::string(1, letter)));
    }
    options_.time_factor = 0.05;
    fake_server mute{[](visitor& guest, fake_server&) { guest.drain(); }};
    fake_implementation under_test{mute, {}};
    EXPECT_EQ(run(under_test).count(verdict::fail), 10U);
    EXPECT_EQ(under_test.discarded(), 3);
}

TEST_F(SuiteTest, one_answer_too_few_is_no_silence_while_the_server_talks_to_others) {
    scenarios_ = {fails("unanswered", "CONN-5")};
    options_.time_factor = 0.5;
    fake_server server{answering([](const packet_view& packet) {
        return packet.op == opcode::cr ? error_bytes(error_code::ok) : std::string{};
    })};
    fake_implementation under_test{server, {}};
    const suite_report report = run(under_test);
    EXPECT_EQ(verdict_of(report, "unanswered"), "warn");
}

TEST_F(SuiteTest, a_target_that_goes_away_ends_the_run_and_every_scenario_is_in_the_report) {
    scenarios_ = {passes("a"), passes("b"), fails("c"), passes("d"), passes("e", "PM-2", R"("control": "a",)")};
    fake_server server{[](visitor& guest, fake_server& self) {
        // Connections: one to see that a server listens, one for each scenario.
        if (self.visitors() == 4) {
            self.stop_listening();
        }
        answering(answer_politely)(guest, self);
    }};
    running_target target{server.where(), std::chrono::seconds{5}};
    const suite_report report = run(target);
    ASSERT_TRUE(report.gone);
    EXPECT_EQ(*report.gone, "nobody accepts connections at " + server.where().text() +
                                "; start the server, or give another --target");
    EXPECT_EQ(report.scenarios.size(), 5U);
    EXPECT_EQ(verdict_of(report, "a"), "pass");
    EXPECT_EQ(verdict_of(report, "d"), "not-testable");
    EXPECT_EQ(verdict_of(report, "e"), "not-testable");
    EXPECT_EQ(report_of(report, "d").why, "the implementation was gone: " + *report.gone);
}

TEST_F(SuiteTest, a_target_where_nobody_listens_is_gone_from_the_start) {
    scenarios_ = {passes("a"), passes("b")};
    fake_server server{answering(answer_politely)};
    server.stop_listening();
    running_target target{server.where(), std::chrono::seconds{5}};
    const suite_report report = run(target);
    EXPECT_TRUE(report.gone);
    EXPECT_EQ(report.ran(), 0U);
    EXPECT_EQ(report.count(verdict::not_testable), 2U);
}

TEST(RunningTarget, may_listen_on_a_unix_socket) {
    const base::testing::temporary_folder folder;
    const base::endpoint where{.unix_path = folder.path("server")};
    running_target target{where, std::chrono::seconds{5}};
    EXPECT_EQ(target.make_ready({}).value_or(""),
              "nobody accepts connections at " + where.text() + "; start the server, or give another --target");
    const base::listen_result listening = base::listen_on(where);
    ASSERT_EQ(listening.fault, "");
    EXPECT_EQ(target.make_ready({}), std::nullopt);
    EXPECT_TRUE(target.address().is_unix());
}

TEST_F(SuiteTest, a_target_whose_host_cannot_be_found_is_gone) {
    scenarios_ = {passes("a")};
    running_target target{{.host = "..", .port = 7777}, std::chrono::seconds{5}};
    const suite_report report = run(target);
    ASSERT_TRUE(report.gone);
    EXPECT_TRUE(report.gone->starts_with("cannot find the host of ..:7777: ")) << *report.gone;
}

TEST_F(SuiteTest, a_target_that_cannot_be_told_anything_leaves_scenarios_with_needs_unsupported) {
    scenarios_ = {passes("a"), passes("b", "PM-2", R"("needs": {"capacity": 2},)")};
    running_target target{polite_.where(), std::chrono::seconds{5}};
    const suite_report report = run(target);
    EXPECT_EQ(verdict_of(report, "a"), "pass");
    EXPECT_EQ(verdict_of(report, "b"), "unsupported");
}

}  // namespace
}  // namespace chatos::conformance
