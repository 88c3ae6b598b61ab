#include "dump/check/check_report.hpp"

#include "base/word_list.hpp"
#include "dump/output/output.hpp"
#include "dump/text/time_text.hpp"

#include <utility>

namespace chatos::dump {

namespace {

/// "2026-11-30T12:00:00", UTC.
std::string calendar_text(std::chrono::system_clock::time_point when) {
    constexpr std::size_t seconds_columns = 19;
    output text;
    add_calendar(text, {.seconds = std::chrono::floor<std::chrono::seconds>(when.time_since_epoch()).count(),
                        .nanoseconds = 0,
                        .digits = 1});
    return text.text().substr(0, seconds_columns);
}

base::junit_case case_of(const conformance::rule_verdict& verdict, const check_sink& judged) {
    using conformance::judge_verdict;
    base::junit_case test{.name = std::string{verdict.rule},
                          .class_name = "chatos.capture." + std::string{verdict.rule.substr(0, verdict.rule.find('-'))},
                          .time = std::chrono::nanoseconds{0}};
    if (verdict.verdict == judge_verdict::inconclusive) {
        test.outcome = base::junit_outcome::skipped;
        test.message = verdict.reason;
    } else if (verdict.verdict == judge_verdict::fail) {
        test.outcome = base::junit_outcome::failed;
        test.message = base::counted(verdict.violations, "violation");
        test.type = test.name;
        test.text = judged.details_of(verdict.rule);
    }
    return test;
}

}  // namespace

check_report::check_report()
    : started_at_{std::chrono::system_clock::now()}, started_{clock::now()}, last_end_{started_} {}

void check_report::add(const input_outcome& outcome) {
    const clock::time_point now = clock::now();
    base::junit_case test{
        .name = outcome.name, .class_name = "chatos.capture.input", .time = now - std::exchange(last_end_, now)};
    if (!outcome.problem.empty()) {
        test.outcome = base::junit_outcome::error;
        test.message = outcome.problem;
        test.type = "input";
        test.text = "what follows from the part that was read is judged";
    } else if (!outcome.note.empty() || outcome.packets == 0) {
        test.outcome = base::junit_outcome::noted;
        test.text = !outcome.note.empty() ? outcome.note : "no packet of the protocol is in it: nothing was judged";
    }
    inputs_.push_back(std::move(test));
}

std::string check_report::junit(const check_sink& judged) const {
    const std::chrono::nanoseconds time = clock::now() - started_;
    base::junit_suite suite{
        .name = "chatos.capture", .cases = inputs_, .timestamp = calendar_text(started_at_), .time = time};
    for (const conformance::rule_verdict& verdict : judged.verdicts()) {
        suite.cases.push_back(case_of(verdict, judged));
    }
    return base::junit_xml({.name = "ChatOS capture", .suites = {std::move(suite)}, .time = time});
}

}  // namespace chatos::dump
