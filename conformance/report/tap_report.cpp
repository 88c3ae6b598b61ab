#include "report/tap_report.hpp"

#include "base/shown_text.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

/// A description or a reason: one line in which `#` begins nothing.
std::string tap_text(std::string_view text) {
    std::string made;
    for (const char one : base::printable(text)) {
        made += one == '#' || one == '\\' ? "\\" + std::string(1, one) : std::string(1, one);
    }
    return made;
}

/// A scalar of YAML in double quotes.
std::string yaml_text(std::string_view text) {
    std::string made = "\"";
    for (const char one : base::printable(text)) {
        made += one == '"' || one == '\\' ? "\\" + std::string(1, one) : std::string(1, one);
    }
    return made + '"';
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

void write_diagnosis(std::ostream& out, const scenario_report& one, const run_facts& facts) {
    const auto line = [&](std::string_view key, std::string_view value) {
        if (!value.empty()) {
            out << "  " << key << ": " << yaml_text(value) << '\n';
        }
    };
    out << "  ---\n";
    line("message", one.why);
    line("severity", verdict_name(one.judged));
    line("failed_rules", joined(one.failed_rules));
    if (one.seen.failure) {
        line("expected", one.seen.failure->expected);
        line("expected_hex", one.seen.failure->expected_hex);
        line("seen", one.seen.failure->seen);
        line("seen_hex", one.seen.failure->seen_hex);
        line("step", one.seen.failure->pointer);
    }
    line("hint", one.hint);
    line("repeat", repeat_command(one, facts));
    out << "  ...\n";
}

}  // namespace

void write_tap_report(std::ostream& out, const suite_report& report, const run_facts& facts) {
    out << "TAP version 13\n1.." << report.scenarios.size() << '\n';
    std::size_t number = 0;
    for (const scenario_report& one : report.scenarios) {
        const bool is_ok =
            one.judged == verdict::pass || one.judged == verdict::warn || one.judged == verdict::unsupported;
        out << (is_ok ? "ok " : "not ok ") << ++number << " - " << tap_text(one.what->id) << ' '
            << tap_text(one.what->title);
        if (one.judged == verdict::unsupported) {
            out << " # SKIP " << tap_text(one.why);
        } else if (one.judged == verdict::known_failure) {
            out << " # TODO known failure: " << tap_text(one.why);
        }
        out << '\n';
        if (one.judged != verdict::pass && one.judged != verdict::unsupported) {
            write_diagnosis(out, one, facts);
        }
    }
    for (const std::string& note : report.notes) {
        out << "# " << base::printable(note) << '\n';
    }
    if (report.gone) {
        out << "# gone: " << base::printable(*report.gone) << '\n';
    }
}

}  // namespace chatos::conformance
