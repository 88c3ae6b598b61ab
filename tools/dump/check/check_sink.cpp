#include "dump/check/check_sink.hpp"

#include "base/junit.hpp"
#include "base/word_list.hpp"
#include "dump/json/json_object.hpp"
#include "dump/text/endpoint_text.hpp"
#include "dump/text/text_format.hpp"
#include "rules/rule.hpp"

#include <algorithm>
#include <utility>

namespace chatos::dump {

using conformance::judge_verdict;
using conformance::rule_verdict;
using conformance::side;
using conformance::violation;

namespace {

constexpr std::size_t verdict_columns = 12;
constexpr std::size_t rule_columns = 9;

capture_time time_of(std::int64_t nanoseconds, std::uint8_t digits) noexcept {
    if (nanoseconds == 0) {
        return {};
    }
    constexpr std::int64_t second = 1'000'000'000;
    std::int64_t seconds = nanoseconds / second;
    std::int64_t rest = nanoseconds % second;
    if (rest < 0) {
        rest += second;
        --seconds;
    }
    return {seconds, static_cast<std::uint32_t>(rest), digits};
}

stream_direction direction_of(side sender) noexcept {
    return sender == side::client ? stream_direction::client_to_server : stream_direction::server_to_client;
}

std::string_view name_of(side sender) noexcept {
    return sender == side::client ? "client" : "server";
}

std::string_view level_of(std::string_view rule) noexcept {
    const conformance::rule* found = conformance::find_rule(rule);
    return found == nullptr ? std::string_view{} : level_name(found->level);
}

std::string explanation_of(std::string_view rule) {
    return "chatos-conformance explain " + std::string{rule};
}

}  // namespace

check_sink::check_sink(check_form form, const conformance::judge_settings& settings, record_sink& next, output& out,
                       const base::colors& colors)
    : trace_sink{form == check_form::json ? &next : nullptr, &next}, form_{form}, settings_{settings}, out_{out},
      colors_{colors} {}

void check_sink::capture_ended(const captured_trace& one) {
    conformance::judge_report made = conformance::judge(one.trace, settings_);
    for (violation& each : made.violations) {
        has_violations_ = true;
        const auto talk = std::find_if(one.trace.connections.begin(), one.trace.connections.end(),
                                       [&](const conformance::connection& any) { return any.stream == each.stream; });
        located_violation found{std::move(each), one.file,
                                one.endpoints[static_cast<std::size_t>(talk - one.trace.connections.begin())],
                                one.time_digits};
        if (form_ == check_form::json) {
            show_json(found);
        } else {
            show_text(found);
        }
        violations_.push_back(std::move(found));
    }
    add_verdicts(one, made.verdicts);
}

/// Several captures have one verdict on each rule: the worst.
void check_sink::add_verdicts(const captured_trace& one, const std::vector<rule_verdict>& verdicts) {
    const std::string prefix = one.file.empty() ? "" : one.file + ", ";
    if (verdicts_.empty()) {
        verdicts_ = verdicts;
        for (rule_verdict& each : verdicts_) {
            each.reason = each.inconclusive != 0 ? prefix + each.reason : each.reason;
        }
        return;
    }
    for (std::size_t index = 0; index < verdicts.size(); ++index) {
        rule_verdict& sum = verdicts_[index];
        const rule_verdict& more = verdicts[index];
        if (sum.inconclusive == 0 && more.inconclusive != 0) {
            sum.reason = prefix + more.reason;
        }
        sum.passed += more.passed;
        sum.violations += more.violations;
        sum.inconclusive += more.inconclusive;
        sum.verdict = sum.violations != 0                        ? judge_verdict::fail
                      : sum.inconclusive == 0 && sum.passed != 0 ? judge_verdict::pass
                                                                 : judge_verdict::inconclusive;
        if (sum.verdict != judge_verdict::inconclusive) {
            sum.reason.clear();
        }
    }
}

void check_sink::show_text(const located_violation& one) {
    const violation& what = one.violation;
    out_.add(colors_.red, "VIOLATION", colors_.plain, "  ", colors_.bold, what.rule, colors_.plain, " (",
             level_of(what.rule), ") by the ", name_of(what.violator), ": ");
    if (!one.file.empty()) {
        add_quoted(out_, one.file);
        out_.add(", ");
    }
    out_.add("stream ", what.stream, ", ",
             endpoint_text(sender_of(one.endpoints, direction_of(what.sender)), one.endpoints.ip_version), " > ",
             endpoint_text(receiver_of(one.endpoints, direction_of(what.sender)), one.endpoints.ip_version), ", frame ",
             what.frame, ", offset ", what.offset, "\n  expected  ", what.expected, "\n  came      ", what.actual,
             "\n  see       ", explanation_of(what.rule), '\n');
}

void check_sink::show_json(const located_violation& one) {
    const violation& what = one.violation;
    json_object line{out_};
    line.text("type", "violation");
    line.text("rule", what.rule);
    line.text("level", level_of(what.rule));
    line.text("by", name_of(what.violator));
    out_.add(',');
    const capture_position place{.mark = {.frame = what.frame, .time = time_of(what.time_ns, one.time_digits)},
                                 .endpoints = &one.endpoints,
                                 .file = one.file};
    places_.add(
        out_,
        {.stream = what.stream, .direction = direction_of(what.sender), .offset = what.offset, .capture = &place});
    line.number("offset", what.offset);
    line.text("expected", what.expected);
    line.text("came", what.actual);
    line.text("explain", explanation_of(what.rule));
    line.finish();
}

void check_sink::all_captures_ended() {
    if (verdicts_.empty()) {
        verdicts_ = conformance::judge({}, settings_).verdicts;  // of nothing: all unknowable, and said so
    }
    for (const rule_verdict& one : verdicts_) {
        if (form_ == check_form::json) {
            show_json(one);
        } else if (one.passed + one.violations + one.inconclusive != 0) {
            show_text(one);
        }
    }
    if (form_ == check_form::text) {
        show_unseen();
    }
}

void check_sink::show_json(const rule_verdict& one) {
    json_object line{out_};
    line.text("type", "verdict");
    line.text("rule", one.rule);
    line.text("level", level_of(one.rule));
    line.text("verdict", judge_verdict_name(one.verdict));
    line.number("kept", one.passed);
    line.number("violations", one.violations);
    line.number("undecided", one.inconclusive);
    if (!one.reason.empty()) {
        line.text("reason", one.reason);
    }
    line.finish();
}

void check_sink::show_text(const rule_verdict& one) {
    const bool is_failed = one.verdict == judge_verdict::fail;
    out_.add(is_failed ? colors_.red : one.verdict == judge_verdict::pass ? colors_.bold : colors_.dim);
    out_.add_padded(judge_verdict_name(one.verdict), verdict_columns);
    out_.add(colors_.plain);
    out_.add_padded(one.rule, rule_columns);
    if (is_failed) {
        out_.add(base::counted(one.violations, "violation"), ", ");
    }
    out_.add("kept ", base::counted(one.passed, "time"));
    if (!one.reason.empty()) {
        out_.add("; ");
        escape(one.reason, [&](std::string_view piece) { out_.add(piece == "\\\"" ? "\"" : piece); });
    }
    out_.add('\n');
}

/// The rules of which nothing was seen, in as few lines as they need.
void check_sink::show_unseen() {
    constexpr std::size_t columns = 100;
    std::string line;
    const auto end_line = [&] {
        out_.add(colors_.dim);
        out_.add_padded("unknowable", verdict_columns);
        out_.add(line, colors_.plain, '\n');
        line.clear();
    };
    for (const rule_verdict& one : verdicts_) {
        if (one.passed + one.violations + one.inconclusive == 0) {
            if (line.size() + one.rule.size() > columns) {
                end_line();
            }
            line += (line.empty() ? "" : " ") + std::string{one.rule};
        }
    }
    if (!line.empty()) {
        line += ": nothing that they speak of was seen";
        end_line();
    }
}

/// The violations of a rule, a line for each, and where the rule is explained.
std::string check_sink::details_of(std::string_view rule) const {
    constexpr std::size_t lines_max = 100;
    std::string details;
    std::size_t lines = 0;
    for (const located_violation& located : violations_) {
        const violation& violation = located.violation;
        if (violation.rule == rule && ++lines <= lines_max) {
            details += (located.file.empty() ? "" : located.file + ", ") + "stream " +
                       std::to_string(violation.stream) + ", frame " + std::to_string(violation.frame) + ", offset " +
                       std::to_string(violation.offset) + ", by the " + std::string{name_of(violation.violator)} +
                       ": expected " + violation.expected + "; came " + violation.actual + "\n";
        }
    }
    return details + "see " + explanation_of(rule);
}

std::string check_sink::junit() const {
    base::junit_suite suite{.name = "chatos.capture"};
    for (const rule_verdict& verdict : verdicts_) {
        base::junit_case test{.name = std::string{verdict.rule},
                              .class_name =
                                  "chatos.capture." + std::string{verdict.rule.substr(0, verdict.rule.find('-'))}};
        if (verdict.verdict == judge_verdict::inconclusive) {
            test.outcome = base::junit_outcome::skipped;
            test.message = verdict.reason;
        } else if (verdict.verdict == judge_verdict::fail) {
            test.outcome = base::junit_outcome::failed;
            test.message = base::counted(verdict.violations, "violation");
            test.type = test.name;
            test.text = details_of(verdict.rule);
        }
        suite.cases.push_back(std::move(test));
    }
    return base::junit_xml({.name = "ChatOS capture", .suites = {std::move(suite)}});
}

}  // namespace chatos::dump
