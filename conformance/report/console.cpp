#include "report/console.hpp"

#include "base/colors.hpp"
#include "base/shown_text.hpp"
#include "base/text_columns.hpp"
#include "base/word_list.hpp"
#include "report/explanation.hpp"
#include "rules/rule.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <set>

namespace chatos::conformance {
namespace {

constexpr std::size_t label_columns = 18;

std::string counted(std::size_t number, std::string_view word) {
    return std::to_string(number) + ' ' + std::string{word};
}

/// "a, b, c and 4 more"
std::string listed(const std::vector<std::string>& words, std::size_t words_max) {
    std::string text;
    for (std::size_t index = 0; index < std::min(words.size(), words_max); ++index) {
        text += (text.empty() ? "" : ", ") + words[index];
    }
    return words.size() > words_max ? text + " and " + std::to_string(words.size() - words_max) + " more" : text;
}

class console_report {
public:
    console_report(std::ostream& out, const suite_report& report, const run_facts& facts, const base::colors& paint)
        : out_{out}, report_{report}, facts_{facts}, paint_{paint} {}

    void write() {
        out_ << paint_(paint_.bold, "ChatOS conformance") << ": " << base::counted(report_.scenarios.size(), "scenario")
             << " against " << base::printable(report_.implementation_name) << "\n\n";
        write_areas();
        write_silences();
        write_choices();
        write_changes();
        for (const verdict which : {verdict::warn, verdict::fail, verdict::stale}) {
            for (const scenario_report& result : report_.scenarios) {
                if (result.verdict == which) {
                    write_scenario(result);
                }
            }
        }
        for (const verdict which : {verdict::known_failure, verdict::unsupported, verdict::not_testable}) {
            write_short_list(which);
        }
        write_notes();
        out_ << '\n'
             << paint_(run_passed(report_) ? paint_.green : paint_.red, summary_line(report_, facts_.duration)) << '\n';
    }

private:
    void label(std::string_view name) { out_ << base::padded("  " + std::string{name}, label_columns); }

    void paragraph(std::string_view name, std::string_view text) {
        label(name);
        out_ << base::wrapped(text, label_columns) << '\n';
    }

    void write_areas() {
        for (const rule_area& area : all_areas()) {
            std::array<std::size_t, verdict_count> counts{};
            std::size_t total = 0;
            for (const scenario_report& result : report_.scenarios) {
                if (area_name(*result.scenario) == area.id) {
                    ++counts[static_cast<std::size_t>(result.verdict)];
                    ++total;
                }
            }
            if (total != 0) {
                out_ << "  " << base::padded(std::string{area.id}, 6) << base::padded(std::string{area.title}, 34)
                     << area_counts(counts) << '\n';
            }
        }
    }

    [[nodiscard]] std::string area_counts(const std::array<std::size_t, verdict_count>& counts) const {
        std::string text;
        const auto add = [&](verdict which, std::string_view word, std::string_view tint) {
            if (const std::size_t number = counts[static_cast<std::size_t>(which)]; number != 0) {
                text += (text.empty() ? "" : ", ") + paint_(tint, counted(number, word));
            }
        };
        add(verdict::pass, "passed", paint_.green);
        add(verdict::fail, "failed", paint_.red);
        add(verdict::stale, "stale", paint_.red);
        add(verdict::not_testable, "not testable", paint_.red);
        add(verdict::warn, "warned", paint_.yellow);
        add(verdict::known_failure, "known", paint_.yellow);
        add(verdict::unsupported, "unsupported", paint_.dim);
        return text;
    }

    void write_silences() {
        if (const std::string text = silence_text(silences_of(report_)); !text.empty()) {
            out_ << '\n';
            paragraph("silence", text);
        }
    }

    void write_choices() {
        if (report_.choices.empty()) {
            return;
        }
        std::string text;
        for (const auto& [rule_id, choice] : report_.choices) {
            text += (text.empty() ? "" : "; ") + rule_id + ' ' + choice;
        }
        out_ << (silences_of(report_).verdicts() == 0 ? "\n" : "");
        paragraph("choices seen", text);
    }

    void write_changes() {
        if (!facts_.changes) {
            return;
        }
        const report_changes& changes = *facts_.changes;
        out_ << '\n' << paint_(paint_.bold, "changed since ") << base::printable(changes.source) << '\n';
        for (const choice_change& change : changes.choices) {
            out_ << "  " << paint_(paint_.yellow, base::padded(change.rule, 9)) << "choice was "
                 << base::printable(change.before) << ", is " << base::printable(change.now) << "  ("
                 << base::wrapped(base::printable(listed(change.scenarios, 3)), 13) << ")\n";
        }
        for (const verdict_change& change : changes.verdicts) {
            out_ << "  " << base::padded(change.id, 40) << "  verdict was " << base::printable(change.before) << ", is "
                 << paint_(change.now == verdict_name(verdict::pass) ? paint_.green : paint_.red, change.now) << '\n';
        }
        if (changes.none()) {
            out_ << "  no verdict and no choice\n";
        }
        for (const auto& [ids, description] : {std::pair{&changes.added, "not in the baseline"},
                                               std::pair{&changes.missing, "only in the baseline, not run now"}}) {
            if (!ids->empty()) {
                out_ << "  " << base::counted(ids->size(), "scenario") << ' ' << description << ": "
                     << base::wrapped(base::printable(listed(*ids, 5)), 4) << '\n';
            }
        }
    }

    void write_scenario(const scenario_report& result) {
        const std::string_view tint = result.verdict == verdict::warn ? paint_.yellow : paint_.red;
        std::string word{verdict_name(result.verdict)};
        std::transform(word.begin(), word.end(), word.begin(),
                       [](char letter) { return static_cast<char>(letter - ('a' - 'A')); });
        out_ << '\n'
             << paint_(tint, word) << "  " << paint_(paint_.bold, result.scenario->id) << "  "
             << base::printable(result.scenario->title) << '\n';
        write_explanation(out_, result, facts_, paint_);
    }

    void write_short_list(verdict which) {
        if (report_.count(which) == 0) {
            return;
        }
        std::map<std::string, std::vector<std::string>> ids_by_reason;
        for (const scenario_report& result : report_.scenarios) {
            if (result.verdict == which) {
                ids_by_reason[result.why].push_back(result.scenario->id);
            }
        }
        out_ << '\n'
             << paint_(which == verdict::not_testable ? paint_.red : paint_.yellow, verdict_name(which)) << '\n';
        for (const auto& [reason, ids] : ids_by_reason) {
            out_ << "  " << base::wrapped(base::printable(reason) + ":", 2) << "\n    "
                 << base::wrapped(listed(ids, 10), 4) << '\n';
        }
    }

    void write_notes() {
        for (const std::string& note : report_.notes) {
            out_ << '\n' << base::wrapped("note: " + note, 6) << '\n';
        }
        if (report_.gone) {
            out_ << '\n'
                 << paint_(paint_.red, "gone") << "  " << base::wrapped(base::printable(*report_.gone), 6) << '\n';
            write_output(out_, role_name(report_.scenarios.front().scenario->role), report_.gone_output);
        }
    }

    std::ostream& out_;
    const suite_report& report_;
    const run_facts& facts_;
    base::colors paint_;
};

}  // namespace

std::string summary_line(const suite_report& report, std::chrono::milliseconds duration) {
    std::set<std::string_view> rules;
    for (const scenario_report& result : report.scenarios) {
        if (result.ran) {
            rules.insert(result.scenario->rules.begin(), result.scenario->rules.end());
        }
    }
    std::string text = base::counted(report.scenarios.size(), "scenario") + ", " + base::counted(rules.size(), "rule") +
                       ": " + counted(report.count(verdict::pass), "passed") + ", " +
                       counted(report.count(verdict::fail), "failed");
    const auto add = [&](verdict which, std::string_view word) {
        if (const std::size_t number = report.count(which); number != 0) {
            text += ", " + counted(number, word);
        }
    };
    add(verdict::warn, "warned");
    add(verdict::known_failure, "known failures");
    add(verdict::stale, "stale");
    add(verdict::not_testable, "not testable");
    add(verdict::unsupported, "unsupported");
    char seconds[32];
    (void)std::snprintf(seconds, sizeof seconds, " (%.1f s)", static_cast<double>(duration.count()) / 1'000);
    return text + seconds;
}

void write_console_report(std::ostream& out, const suite_report& report, const run_facts& facts,
                          const base::colors& paint) {
    console_report{out, report, facts, paint}.write();
}

}  // namespace chatos::conformance
