#include "report/tap_report.hpp"

#include "base/shown_text.hpp"
#include "base/word_list.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

/// A description or a reason: one line in which `#` begins nothing.
std::string tap_text(std::string_view text) {
    std::string result;
    for (const char character : base::printable(text)) {
        result += character == '#' || character == '\\' ? "\\" + std::string(1, character) : std::string(1, character);
    }
    return result;
}

/// A scalar of YAML in double quotes.
std::string yaml_text(std::string_view text) {
    std::string result = "\"";
    for (const char character : base::printable(text)) {
        result += character == '"' || character == '\\' ? "\\" + std::string(1, character) : std::string(1, character);
    }
    return result + '"';
}

void write_diagnosis(std::ostream& out, const scenario_report& report, const run_facts& facts) {
    const auto line = [&](std::string_view key, std::string_view value) {
        if (!value.empty()) {
            out << "  " << key << ": " << yaml_text(value) << '\n';
        }
    };
    out << "  ---\n";
    line("message", report.why);
    line("severity", verdict_name(report.verdict));
    line("failed_rules", base::joined(report.failed_rules, ", "));
    if (report.outcome.failure) {
        line("expected", report.outcome.failure->expected);
        line("expected_hex", report.outcome.failure->expected_hex);
        line("seen", report.outcome.failure->observed);
        line("seen_hex", report.outcome.failure->observed_hex);
        line("step", report.outcome.failure->pointer);
    }
    line("hint", report.hint);
    line("repeat", repeat_command(report, facts));
    out << "  ...\n";
}

}  // namespace

void write_tap_report(std::ostream& out, const suite_report& report, const run_facts& facts) {
    out << "TAP version 13\n1.." << report.scenarios.size() + report.skipped.size() << "\n# suite "
        << facts.suite_version << '\n';
    std::size_t number = 0;
    for (const scenario_report& result : report.scenarios) {
        const bool is_unsupported = result.verdict == verdict::unsupported && !report.fails(result);
        const bool is_ok = result.verdict == verdict::pass || result.verdict == verdict::warn || is_unsupported;
        out << (is_ok ? "ok " : "not ok ") << ++number << " - " << tap_text(result.scenario->id) << ' '
            << tap_text(result.scenario->title);
        if (is_unsupported) {
            out << " # SKIP " << tap_text(result.why);
        } else if (result.verdict == verdict::known_failure) {
            out << " # TODO known failure: " << tap_text(result.why);
        }
        out << '\n';
        if (result.verdict != verdict::pass && !is_unsupported) {
            write_diagnosis(out, result, facts);
        }
    }
    for (const skipped_scenario& each : report.skipped) {
        out << "ok " << ++number << " - " << tap_text(each.scenario->id) << " # SKIP " << tap_text(each.reason) << '\n';
    }
    for (const std::string& note : report.notes) {
        out << "# " << base::printable(note) << '\n';
    }
    if (report.gone) {
        out << "# gone: " << base::printable(*report.gone) << '\n';
    }
}

}  // namespace chatos::conformance
