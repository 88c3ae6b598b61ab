#include "dump/check/check_sink.hpp"

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
constexpr std::size_t report_lines_max = 100;  // of one rule
/// What is kept of a capture for judging, besides what came since the last part.
constexpr std::size_t trace_packets_max = 24'000;
/// More bytes beside packets tell the judge little.
constexpr std::size_t raw_bytes_kept_max = 4U << 20U;

capture_time time_of(std::int64_t nanoseconds, std::uint8_t digits) noexcept {
    if (nanoseconds == 0) {
        return {};
    }
    constexpr std::int64_t second = 1'000'000'000;
    std::int64_t seconds = nanoseconds / second;
    std::int64_t remaining = nanoseconds % second;
    if (remaining < 0) {
        remaining += second;
        --seconds;
    }
    return {seconds, static_cast<std::uint32_t>(remaining), digits};
}

stream_direction direction_of(side sender) noexcept {
    return sender == side::client ? stream_direction::client_to_server : stream_direction::server_to_client;
}

std::string_view name_of(side sender) noexcept {
    return sender == side::client ? "client" : "server";
}

std::string_view level_of(std::string_view rule) noexcept {
    const conformance::rule* entry = conformance::find_rule(rule);
    return entry == nullptr ? std::string_view{} : level_name(entry->level);
}

std::string explanation_of(std::string_view rule) {
    return "chatos-conformance explain " + std::string{rule};
}

}  // namespace

check_sink::check_sink(check_form form, const conformance::judge_settings& settings, bool trusts_loopback,
                       record_sink& next, output& out, const base::colors& colors)
    : trace_sink{form == check_form::json ? &next : nullptr, &next, raw_bytes_kept_max}, form_{form},
      settings_{settings}, trusts_loopback_{trusts_loopback}, out_{out}, colors_{colors}, judge_{settings} {}

void check_sink::watch(check_watch watch) {
    watch_ = std::move(watch);
    if (watch_.now) {
        early_.emplace(watch_.now);
    }
}

void check_sink::paused(captured_trace& capture, const totals* account) {
    if (!early_ || !early_->is_due()) {
        return;
    }
    capture.trace.is_in_order = trusts_loopback_ && capture.is_orderly_loopback;
    {
        const temporary_distrust distrust{capture.trace, *watch_.incomplete};
        if (settings_.has_all_clients && !distrust.has_found_all()) {
            early_->skip_look();  // who is in no packet so far may be anybody
        } else {
            for (violation& certain : early_->look(judge_, capture.trace, changes())) {
                announce(located(capture, std::move(certain)));
            }
        }
    }
    if (watch_.listener != nullptr) {
        watch_.listener->looked(judge_.verdicts(), early_->verdicts(), account);
    }
}

bool check_sink::shorten(captured_trace& capture) {
    // What came since the last time is not judged yet: later packets make verdicts certain.
    capture.trace.is_in_order = trusts_loopback_ && capture.is_orderly_loopback;
    {
        static const incomplete_directions none;
        const temporary_distrust distrust{capture.trace, early_ ? *watch_.incomplete : none};
        judge_.judge_until(capture.trace, grown_until_, trace_packets_max);
    }
    capture.judged_until = grown_until_;
    grown_until_ = capture.trace.frames;
    show_violations(capture);
    return true;
}

void check_sink::capture_ended(captured_trace& capture) {
    capture.trace.is_in_order = trusts_loopback_ && capture.is_orderly_loopback;
    judge_.judge_rest(capture.trace);
    show_violations(capture);
    const std::vector<rule_verdict> verdicts = judge_.verdicts();
    add_verdicts(capture, verdicts);
    if (watch_.listener != nullptr) {
        watch_.listener->capture_judged(verdicts);
    }
    judge_ = conformance::running_judge{settings_};
    if (early_) {
        early_->clear();
    }
    grown_until_ = 0;
}

located_violation check_sink::located(const captured_trace& capture, violation&& unlocated) const {
    const auto endpoints = capture.endpoints.find(unlocated.stream);
    return {std::move(unlocated), capture.file,
            endpoints == capture.endpoints.end() ? stream_endpoints{} : endpoints->second, capture.time_digits};
}

void check_sink::announce(const located_violation& violation) {
    has_violations_ = true;
    if (form_ == check_form::json) {
        show_json(violation);
    } else {
        show_text(violation);
    }
    if (watch_.listener != nullptr) {
        watch_.listener->violation_found(violation);
    }
}

void check_sink::show_violations(const captured_trace& capture) {
    for (violation& each : judge_.take_violations()) {
        const bool is_shown = early_ && early_->take_shown(each);
        located_violation place = located(capture, std::move(each));
        if (!is_shown) {
            announce(place);
        }
        if (violations_kept_[place.violation.rule]++ < report_lines_max) {
            violations_.push_back(std::move(place));
        }
    }
}

/// Several captures have one verdict on each rule: the worst.
void check_sink::add_verdicts(const captured_trace& capture, const std::vector<rule_verdict>& verdicts) {
    const std::string prefix = capture.file.empty() ? "" : capture.file + ", ";
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

void check_sink::show_text(const located_violation& located) {
    const violation& violation_shown = located.violation;
    out_.add(colors_.red, "VIOLATION", colors_.plain, "  ", colors_.bold, violation_shown.rule, colors_.plain, " (",
             level_of(violation_shown.rule), ") by the ", name_of(violation_shown.violator), ": ");
    if (!located.file.empty()) {
        add_quoted(out_, located.file);
        out_.add(", ");
    }
    out_.add(
        "stream ", violation_shown.stream, ", ",
        endpoint_text(sender_of(located.endpoints, direction_of(violation_shown.sender)), located.endpoints.ip_version),
        " > ",
        endpoint_text(receiver_of(located.endpoints, direction_of(violation_shown.sender)),
                      located.endpoints.ip_version),
        ", frame ", violation_shown.frame, ", offset ", violation_shown.offset, "\n  expected  ",
        violation_shown.expected, "\n  came      ", violation_shown.actual, "\n  see       ",
        explanation_of(violation_shown.rule), '\n');
}

void check_sink::show_json(const located_violation& located) {
    const violation& violation_shown = located.violation;
    json_object line{out_};
    line.text("type", "violation");
    line.text("rule", violation_shown.rule);
    line.text("level", level_of(violation_shown.rule));
    line.text("by", name_of(violation_shown.violator));
    out_.add(',');
    const capture_position place{
        .mark = {.frame = violation_shown.frame, .time = time_of(violation_shown.time_ns, located.time_digits)},
        .endpoints = &located.endpoints,
        .file = located.file};
    places_.add(out_, {.stream = violation_shown.stream,
                       .direction = direction_of(violation_shown.sender),
                       .offset = violation_shown.offset,
                       .capture = &place});
    line.number("offset", violation_shown.offset);
    line.text("expected", violation_shown.expected);
    line.text("came", violation_shown.actual);
    line.text("explain", explanation_of(violation_shown.rule));
    line.finish();
}

std::vector<rule_verdict> check_sink::verdicts() const {
    return !verdicts_.empty() ? verdicts_ : conformance::judge({}, settings_).verdicts;
}

void check_sink::all_captures_ended() {
    verdicts_ = verdicts();  // of nothing: all unknowable, and said so
    for (const rule_verdict& verdict : verdicts_) {
        if (form_ == check_form::json) {
            show_json(verdict);
        } else if (verdict.passed + verdict.violations + verdict.inconclusive != 0) {
            show_text(verdict);
        }
    }
    if (form_ == check_form::text) {
        show_unseen();
    }
}

void check_sink::show_json(const rule_verdict& verdict) {
    json_object line{out_};
    line.text("type", "verdict");
    line.text("rule", verdict.rule);
    line.text("level", level_of(verdict.rule));
    line.text("verdict", judge_verdict_name(verdict.verdict));
    line.number("kept", verdict.passed);
    line.number("violations", verdict.violations);
    line.number("undecided", verdict.inconclusive);
    if (!verdict.reason.empty()) {
        line.text("reason", verdict.reason);
    }
    line.finish();
}

void check_sink::show_text(const rule_verdict& verdict) {
    const bool is_failed = verdict.verdict == judge_verdict::fail;
    out_.add(is_failed ? colors_.red : verdict.verdict == judge_verdict::pass ? colors_.bold : colors_.dim);
    out_.add_padded(judge_verdict_name(verdict.verdict), verdict_columns);
    out_.add(colors_.plain);
    out_.add_padded(verdict.rule, rule_columns);
    if (is_failed) {
        out_.add(base::counted(verdict.violations, "violation"), ", ");
    }
    out_.add("kept ", base::counted(verdict.passed, "time"));
    if (!verdict.reason.empty()) {
        out_.add("; ");
        escape(verdict.reason, [&](std::string_view piece) { out_.add(piece == "\\\"" ? "\"" : piece); });
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
    for (const rule_verdict& verdict : verdicts_) {
        if (verdict.passed + verdict.violations + verdict.inconclusive == 0) {
            if (line.size() + verdict.rule.size() > columns) {
                end_line();
            }
            line += (line.empty() ? "" : " ") + std::string{verdict.rule};
        }
    }
    if (!line.empty()) {
        line += ": nothing that they speak of was seen";
        end_line();
    }
}

std::string check_sink::details_of(std::string_view rule) const {
    std::string details;
    for (const located_violation& located : violations_) {
        const violation& violation = located.violation;
        if (violation.rule == rule) {
            details += (located.file.empty() ? "" : located.file + ", ") + "stream " +
                       std::to_string(violation.stream) + ", frame " + std::to_string(violation.frame) + ", offset " +
                       std::to_string(violation.offset) + ", by the " + std::string{name_of(violation.violator)} +
                       ": expected " + violation.expected + "; came " + violation.actual + "\n";
        }
    }
    return details + "see " + explanation_of(rule);
}

}  // namespace chatos::dump
