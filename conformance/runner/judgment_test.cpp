// Each verdict, from each kind of evidence that leads to it.
#include "runner/judgment.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

step_failure failure_of(const std::string& rule, bool by_silence = false, bool no_connection = false) {
    step_failure failure;
    failure.rule = rule;
    failure.expected = "A";
    failure.observed = "B";
    failure.hint = "usual cause";
    failure.by_silence = by_silence;
    failure.no_connection = no_connection;
    return failure;
}

evidence prevented_by(obstacles obstacles) {
    evidence result;
    result.obstacles = std::move(obstacles);
    return result;
}
evidence after_control(verdict control) {
    return prevented_by({.control = control});
}
evidence of_run(run_evidence run) {
    evidence result;
    result.run = std::move(run);
    return result;
}
evidence of_failure(const std::string& rule) {
    return of_run({.failure = failure_of(rule)});
}
evidence of_order(run_evidence run) {
    evidence result;
    result.variant = {.is_order = true, .run = std::move(run)};
    return result;
}
evidence of_bytes(run_evidence run) {
    evidence result;
    result.variant = {.segment = segmentation::bytes, .run = std::move(run)};
    return result;
}
evidence died_later(evidence before) {
    before.late_death = "exit status 3";
    return before;
}
evidence kept(evidence before) {
    before.kept = known_failure{"PM-2", "wontfix"};
    return before;
}

struct judgment_case {
    std::string name;
    conformance::evidence evidence{};
    conformance::verdict verdict{conformance::verdict::pass};
    std::string rules{};  ///< that failed, each followed by a space
    std::string why{};    ///< a part of it
    std::string hint{};   ///< its beginning
    bool judges_client{false};
    bool strict{false};
    std::vector<known_failure> known_failures{};
};

/// With what the profile says of scenarios; the one that is judged is my.own.
judgment_case knowing(judgment_case base, std::vector<known_failure> known_failures) {
    base.known_failures = std::move(known_failures);
    return base;
}

const run_evidence death{.death = "exit status 3"};
const std::vector<known_failure> pm1_is_known{{"PM-1", "wontfix"}};

std::vector<judgment_case> obstacle_cases() {
    return {
        {"nothing in the way", {}, verdict::pass, "", "", ""},
        {"gone", prevented_by({.gone = "refused"}), verdict::not_testable, "", "the implementation was gone: refused",
         ""},
        {"gone before all else",
         prevented_by({.gone = "refused", .role = test_role::client, .lack = "needs x", .control = verdict::fail}),
         verdict::not_testable, "", "was gone", ""},
        {"other role", prevented_by({.role = test_role::client}), verdict::unsupported, "",
         "judges a server, and this is a client", ""},
        {"extension", prevented_by({.lacks_extension = true}), verdict::unsupported, "",
         "is about the extension \"tunnel\"; if the server has it", ""},
        {"option", prevented_by({.lack = "cannot be told capacity"}), verdict::unsupported, "",
         "cannot be told capacity", ""},
        {"no control", prevented_by({.control_is_missing = true}), verdict::not_testable, "",
         "its control base does not exist", ""},
        {"control passed", after_control(verdict::pass), verdict::pass, "", "", ""},
        {"control warned", after_control(verdict::warn), verdict::pass, "", "", ""},
        {"control failed", after_control(verdict::fail), verdict::not_testable, "",
         "its control base did not pass (fail)", ""},
        {"control not testable", after_control(verdict::not_testable), verdict::not_testable, "",
         "its control base did not pass (not-testable)", ""},
        {"control stale", after_control(verdict::stale), verdict::not_testable, "",
         "its control base did not pass (stale)", ""},
        {"control unsupported", after_control(verdict::unsupported), verdict::unsupported, "",
         "its control base is unsupported", ""},
        {"control known", after_control(verdict::known_failure), verdict::known_failure, "",
         "its control base is known-failure", ""},
    };
}

std::vector<judgment_case> run_cases() {
    return {
        {"MUST", of_failure("PM-1"), verdict::fail, "PM-1 ", "expected: A; seen: B", "usual cause"},
        {"SHOULD", of_failure("CONN-5"), verdict::warn, "CONN-5 ", "expected: A; seen: B", "usual cause"},
        {"SHOULD, strict", of_failure("CONN-5"), verdict::fail, "CONN-5 ", "", "usual cause", false, true},
        {"known", of_failure("PM-1"), verdict::known_failure, "PM-1 ", "seen: B", "usual cause", false, false,
         pm1_is_known},
        {"another is known", of_failure("PM-2"), verdict::fail, "PM-2 ", "seen: B", "usual cause", false, false,
         pm1_is_known},
        {"death alone", of_run(death), verdict::fail, "ERR-3 ", "the server died during this scenario (exit status 3)",
         "no input may end"},
        {"death of a client", of_run(death), verdict::fail, "CLI-8 ", "the client died", "no input may end", true},
        {"death after a failure", of_run({.failure = failure_of("PM-1"), .death = "exit status 3"}), verdict::fail,
         "PM-1 ERR-3 ", "died during this scenario (exit status 3); expected: A; seen: B", "no input may end"},
        {"death is never known", of_run({.failure = failure_of("PM-1"), .death = "exit status 3"}), verdict::fail,
         "PM-1 ERR-3 ", "died", "no input may end", false, false, pm1_is_known},
        {"no connection", of_run({.failure = failure_of("CONN-5", false, true)}), verdict::fail, "CONN-5 ",
         "expected: A", "usual cause"},
        {"unreachable", of_run({.failure = failure_of("PM-1", false, true), .unreachable = true}), verdict::fail,
         "PM-1 ", "the implementation went away; expected: A", "usual cause"},
        {"slow", of_run({.failure = failure_of("PM-1", true)}), verdict::fail, "PM-1 ", "seen: B", "usual cause"},
        {"slow, SHOULD", of_run({.failure = failure_of("CONN-5", true)}), verdict::warn, "CONN-5 ", "seen: B",
         "usual cause"},
        {"silent", of_run({.failure = failure_of("CONN-5", true), .silent = true}), verdict::fail, "CONN-5 ",
         "seen: B; the server has fallen silent", "the process lives"},
        {"silent client", of_run({.failure = failure_of("CLI-2", true), .silent = true}), verdict::fail, "CLI-2 ",
         "the client has fallen silent", "the client connects", true},
    };
}

std::vector<judgment_case> later_cases() {
    return {
        {"order", of_order({.failure = failure_of("PM-1")}), verdict::fail, "PM-1 ",
         "not in this order of turns: expected: A", "usual cause"},
        {"order, SHOULD", of_order({.failure = failure_of("CONN-5")}), verdict::warn, "CONN-5 ", "order",
         "usual cause"},
        {"segments", of_bytes({.failure = failure_of("PM-1")}), verdict::fail, "WIRE-13 ",
         "sent byte by byte: expected: A", "one read may return"},
        {"segments, SHOULD", of_bytes({.failure = failure_of("CONN-5")}), verdict::fail, "WIRE-13 ", "", "one read"},
        {"segments, client", of_bytes({.failure = failure_of("CLI-2")}), verdict::fail, "CLI-7 ", "", "one read", true},
        {"segments, death", of_bytes(death), verdict::fail, "WIRE-13 ERR-3 ", "died during", "one read may return"},
        {"segments, known",
         of_bytes({.failure = failure_of("PM-1")}),
         verdict::known_failure,
         "WIRE-13 ",
         "",
         "one read",
         false,
         false,
         {{"WIRE-13", "wontfix"}}},
        {"late death", died_later({}), verdict::fail, "ERR-3 ", "the server died after this scenario (exit status 3)",
         "no input may end"},
        {"late death of a client", died_later({}), verdict::fail, "CLI-8 ", "the client died after", "no input", true},
        {"late death after a warning", died_later(of_failure("CONN-5")), verdict::fail, "CONN-5 ERR-3 ", "died after",
         "no input may end"},
        {"late death after a failure", died_later(of_failure("PM-1")), verdict::fail, "PM-1 ", "expected: A",
         "usual cause"},
        {"kept", kept({}), verdict::stale, "", "the profile calls PM-2 a known failure (wontfix)", "good news"},
        {"kept, but warned", kept(of_failure("CONN-5")), verdict::warn, "CONN-5 ", "expected: A", "usual cause"},
    };
}

std::vector<judgment_case> known_scenario_cases() {
    const std::vector<known_failure> own{{"", "wontfix", "my.*"}};
    const std::vector<known_failure> other{{"", "wontfix", "my.other"}};
    const std::vector<known_failure> own_rule{{"PM-1", "wontfix", "my.own"}};
    evidence stale;
    stale.kept = known_failure{"", "wontfix", "my.own", "my.json:7: /known_failures/0"};
    const judgment_case failed{"failed", of_failure("PM-1"), verdict::known_failure, "PM-1 ", "", "usual cause"};
    const judgment_case other_rule{"failed", of_failure("PM-2"), verdict::fail, "PM-2 ", "", "usual cause"};
    judgment_case not_known = failed;
    not_known.verdict = verdict::fail;
    return {
        knowing(failed, own),
        knowing({"warned", of_failure("CONN-5"), verdict::known_failure, "CONN-5 ", "", "usual cause"}, own),
        knowing({"died", of_run(death), verdict::known_failure, "ERR-3 ", "died", "no input"}, own),
        knowing({"died later", died_later({}), verdict::known_failure, "ERR-3 ", "died after", "no input"}, own),
        knowing({"in bytes", of_bytes({.failure = failure_of("PM-1")}), verdict::known_failure, "WIRE-13 ", "", "one"},
                own),
        knowing({"not run", prevented_by({.gone = "refused"}), verdict::not_testable, "", "gone", ""}, own),
        knowing({"passes", {}, verdict::pass, "", "", ""}, own),
        knowing(not_known, other),
        knowing(failed, own_rule),
        knowing(other_rule, own_rule),
        knowing({"stale", stale, verdict::stale, "",
                 "the profile calls my.own a known failure (wontfix), but it passes; remove the entry at my.json:7: "
                 "/known_failures/0",
                 "good news"},
                own),
    };
}

void expect_judged(const std::vector<judgment_case>& cases) {
    for (const judgment_case& item : cases) {
        SCOPED_TRACE(item.name);
        scenario tested;
        tested.id = "my.own";
        tested.role = item.judges_client ? test_role::client : test_role::server;
        tested.extension = "tunnel";
        tested.control = "base";
        const judgment result = judge(tested, item.evidence, {item.strict, item.known_failures});
        EXPECT_EQ(verdict_name(result.verdict), verdict_name(item.verdict));
        std::string rules;
        for (const std::string& id : result.failed_rules) {
            rules += id + ' ';
        }
        EXPECT_EQ(rules, item.rules);
        EXPECT_NE(result.why.find(item.why), std::string::npos) << result.why;
        EXPECT_EQ(result.why.empty(), item.verdict == verdict::pass) << result.why;
        EXPECT_TRUE(result.hint.starts_with(item.hint)) << result.hint;
        EXPECT_EQ(result.hint.empty(), item.hint.empty()) << result.hint;
    }
}

TEST(Judgment, of_what_prevents_a_run) {
    expect_judged(obstacle_cases());
}
TEST(Judgment, of_a_run) {
    expect_judged(run_cases());
}
TEST(Judgment, of_a_scenario_that_is_known_to_fail) {
    expect_judged(known_scenario_cases());
}
TEST(Judgment, of_what_comes_after_the_first_run) {
    expect_judged(later_cases());
}

}  // namespace
}  // namespace chatos::conformance
