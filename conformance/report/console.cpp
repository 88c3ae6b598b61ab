#include "report/console.hpp"

#include "base/colors.hpp"
#include "base/shown_text.hpp"
#include "base/text_columns.hpp"
#include "base/utf8_text.hpp"
#include "base/word_list.hpp"
#include "report/explanation.hpp"
#include "rules/rule.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <set>
#include <sstream>
#include <utility>

namespace chatos::conformance {
namespace {

constexpr std::size_t label_columns = 18;
constexpr std::size_t console_lines_max = 80;  // wanted of a report of one mistake
constexpr std::size_t closing_lines = 5;
constexpr std::size_t causes_max = 8;  // listed
constexpr std::size_t causes_min = 3;
constexpr std::size_t chart_rows_min = 8;

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
        : destination_{out}, report_{report}, facts_{facts}, paint_{paint} {}

    void write() {
        out_ << paint_(paint_.bold, "ChatOS conformance") << ": " << base::counted(report_.scenarios.size(), "scenario")
             << " against " << base::printable(report_.implementation_name) << " (suite " << facts_.suite_version
             << ")\n\n";
        write_areas();
        write_silences();
        write_choices();
        write_changes();
        const std::string head = take_text();
        for (const verdict which : {verdict::warn, verdict::fail, verdict::stale}) {
            for (const scenario_report& result : report_.scenarios) {
                if (result.verdict == which && (facts_.shows_all || which == verdict::stale)) {
                    out_ << block_of(result);
                }
            }
        }
        for (const verdict which : {verdict::known_failure, verdict::unsupported, verdict::not_testable}) {
            write_short_list(which);
        }
        write_skipped();
        write_notes();
        out_ << '\n'
             << paint_(run_passed(report_) ? paint_.green : paint_.red, summary_line(report_, facts_.duration)) << '\n';
        const std::string tail = take_text();
        lines_left_ -= std::min(lines_left_, lines_of(head) + lines_of(tail));
        write_causes();
        destination_ << head << take_text() << tail;
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

    [[nodiscard]] std::string take_text() { return std::exchange(out_, std::ostringstream{}).str(); }

    static std::size_t lines_of(const std::string& text) {
        return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    }

    /// The causes; then, unless everything is wanted, the scenario to begin with of the first ones, with all that
    /// explains it: as much as one look takes in.
    void write_causes() {
        if (facts_.causes.empty()) {
            return;
        }
        const bool has_blocks = !facts_.shows_all && !facts_.is_brief;
        const std::string first_block = has_blocks ? block_of(facts_.causes.front().first_effect()) : "";
        lines_left_ -= std::min(lines_left_, closing_lines);
        std::size_t shown = 0;
        if (facts_.is_brief || facts_.shows_all || !is_told_by_one_block()) {
            shown = write_list(lines_left_ - std::min(lines_left_, lines_of(first_block)));
        }
        const std::size_t blocks = has_blocks ? write_blocks(first_block) : 0;
        write_rest(shown, blocks);
    }

    /// How many are listed: a few in any case.
    std::size_t write_list(std::size_t allowed) {
        out_ << '\n' << paint_(paint_.bold, "what to mend first") << '\n';
        std::size_t lines = 2;
        std::size_t shown = 0;
        for (const cause& cause : facts_.causes) {
            const std::string text = cause_text(shown + 1, cause);
            lines += lines_of(text);
            const bool fits = shown < causes_min || (shown < causes_max && lines <= allowed);
            if (!facts_.shows_all && !fits) {
                break;
            }
            out_ << text;
            lines_left_ -= std::min(lines_left_, lines_of(text));
            ++shown;
        }
        return shown;
    }

    /// A single failure needs no list.
    [[nodiscard]] bool is_told_by_one_block() const {
        const cause& first = facts_.causes.front();
        const std::vector<std::string>& rules = first.first_effect().failed_rules;
        return facts_.causes.size() == 1 && first.effects.size() == 1 && first.basis != cause_basis::reading &&
               std::find(rules.begin(), rules.end(), first.rule) != rules.end();
    }

    /// How many.
    std::size_t write_blocks(std::string block) {
        const bool is_sure = facts_.causes.front().basis != cause_basis::step;
        std::size_t blocks = 0;
        for (const cause& cause : facts_.causes) {
            // What only follows from the steps may follow from a cause in front of it.
            if (is_sure && cause.basis == cause_basis::step) {
                break;
            }
            block = blocks == 0 ? std::move(block) : block_of(cause.first_effect());
            if (lines_of(block) > lines_left_) {
                if (blocks != 0) {
                    break;
                }
                block = block_that_fits(cause.first_effect());
            }
            out_ << block;
            lines_left_ -= std::min(lines_left_, lines_of(block));
            ++blocks;
        }
        return blocks;
    }

    /// With fewer rows of its chart, as far as that helps.
    [[nodiscard]] std::string block_that_fits(const scenario_report& result) const {
        std::string block;
        for (std::size_t rows = explained_rows_max; rows >= chart_rows_min; --rows) {
            block = block_of(result, rows);
            if (lines_of(block) <= lines_left_) {
                break;
            }
        }
        return block;
    }

    [[nodiscard]] std::string cause_text(std::size_t number, const cause& cause) const {
        const std::string text = std::to_string(number) + ". " + cause.rule;
        std::string lines = "  ";
        lines += paint_(cause.worst == verdict::fail ? paint_.red : paint_.yellow, base::padded(text, 12));
        lines += "  " + base::padded(base::counted(cause.effects.size(), "scenario"), 14) + "begin with " +
                 cause.begin_with().id + '\n';
        return lines + std::string(16, ' ') + base::wrapped(base::printable(shortened(cause.why)), 16) + '\n';
    }

    void write_rest(std::size_t shown, std::size_t blocks) {
        std::size_t effects = 0;
        std::size_t effects_not_listed = 0;
        for (std::size_t index = 0; index < facts_.causes.size(); ++index) {
            effects += facts_.causes[index].effects.size();
            effects_not_listed += index < shown ? 0 : facts_.causes[index].effects.size();
        }
        if (shown != 0 && effects_not_listed != 0) {
            out_ << '\n'
                 << base::wrapped(base::counted(facts_.causes.size() - shown, "more possible cause") + " of " +
                                      base::counted(effects_not_listed, "scenario") +
                                      ", which may follow from those above: mend them first and run again, or see "
                                      "everything with --all",
                                  0)
                 << '\n';
        } else if (!facts_.shows_all && blocks < effects) {
            out_ << "\nMend these first and run again; --all explains every scenario that did not pass.\n";
        }
    }

    /// At most so much that a list of causes stays one.
    static std::string shortened(const std::string& text) {
        constexpr std::size_t bytes_max = 300;
        std::size_t cut = std::min(text.size(), bytes_max);
        while (cut != text.size() && cut != 0 && base::is_utf8_tail(text[cut])) {
            --cut;
        }
        return cut == text.size() ? text : text.substr(0, cut) + "...";
    }

    [[nodiscard]] std::string block_of(const scenario_report& result, std::size_t rows_max = explained_rows_max) const {
        std::ostringstream out;
        const std::string_view tint = result.verdict == verdict::warn ? paint_.yellow : paint_.red;
        std::string word{verdict_name(result.verdict)};
        std::transform(word.begin(), word.end(), word.begin(),
                       [](char letter) { return static_cast<char>(letter - ('a' - 'A')); });
        out << '\n'
            << paint_(tint, word) << "  " << paint_(paint_.bold, result.scenario->id) << "  "
            << base::printable(result.scenario->title) << '\n';
        write_explanation(out, result, facts_, paint_, rows_max);
        return std::move(out).str();
    }

    void write_short_list(verdict which) {
        std::map<std::string, std::vector<std::string>> ids_by_reason;
        bool fails = false;
        for (const scenario_report& result : report_.scenarios) {
            if (result.verdict == which) {
                ids_by_reason[result.why].push_back(result.scenario->id);
                fails = fails || report_.fails(result);
            }
        }
        write_by_reason(verdict_name(which), fails ? paint_.red : paint_.yellow, ids_by_reason);
    }

    void write_skipped() {
        std::map<std::string, std::vector<std::string>> ids_by_reason;
        for (const skipped_scenario& each : report_.skipped) {
            ids_by_reason[each.reason].push_back(each.scenario->id);
        }
        write_by_reason("skipped", paint_.yellow, ids_by_reason);
    }

    void write_by_reason(std::string_view name, std::string_view tint,
                         const std::map<std::string, std::vector<std::string>>& ids_by_reason) {
        if (ids_by_reason.empty()) {
            return;
        }
        out_ << '\n' << paint_(tint, name) << '\n';
        // What could not run since its control failed is no news.
        const bool is_short = name == verdict_name(verdict::not_testable) && !facts_.shows_all;
        std::vector<std::pair<std::string, std::vector<std::string>>> reasons{ids_by_reason.begin(),
                                                                              ids_by_reason.end()};
        if (is_short) {
            std::stable_sort(reasons.begin(), reasons.end(), [](const auto& left, const auto& right) {
                return left.second.size() > right.second.size();
            });
        }
        const std::size_t shown = is_short ? std::min<std::size_t>(reasons.size(), 3) : reasons.size();
        for (std::size_t index = 0; index < shown; ++index) {
            const auto& [reason, ids] = reasons[index];
            out_ << "  " << base::wrapped(base::printable(reason) + ":", 2) << "\n    "
                 << base::wrapped(listed(ids, is_short ? 4 : 10), 4) << '\n';
        }
        if (shown < reasons.size()) {
            std::size_t left_out = 0;
            for (std::size_t index = shown; index < reasons.size(); ++index) {
                left_out += reasons[index].second.size();
            }
            out_ << "  and " << base::counted(left_out, "scenario") << " for other reasons: see them with --all\n";
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

    std::ostream& destination_;
    std::ostringstream out_;
    std::size_t lines_left_{console_lines_max};
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
    text += report.skipped.empty() ? "" : ", " + counted(report.skipped.size(), "skipped");
    char seconds[32];
    (void)std::snprintf(seconds, sizeof seconds, " (%.1f s)", static_cast<double>(duration.count()) / 1'000);
    return text + seconds;
}

void write_console_report(std::ostream& out, const suite_report& report, const run_facts& facts,
                          const base::colors& paint) {
    console_report{out, report, facts, paint}.write();
}

}  // namespace chatos::conformance
