#include "report/html_report.hpp"

#include "base/word_list.hpp"
#include "base/xml_text.hpp"
#include "report/html_page.hpp"
#include "report/rule_coverage.hpp"
#include "report/sequence_chart.hpp"
#include "rules/rule.hpp"

#include <algorithm>
#include <cstdio>
#include <set>

namespace chatos::conformance {
namespace {

constexpr std::size_t chart_rows_max = 200;
constexpr std::size_t opened_max = 5;  // failures that are shown without a click
constexpr std::size_t page_causes_max = 5;

constexpr verdict all_verdicts[] = {verdict::pass,          verdict::fail,        verdict::warn, verdict::not_testable,
                                    verdict::known_failure, verdict::unsupported, verdict::stale};

/// "pm.relay-ok" for "server.pm.relay-ok": what fits on a chip.
std::string short_id(const std::string& id) {
    return id.starts_with("server.") || id.starts_with("client.") ? id.substr(7) : id;
}

class html_report {
public:
    html_report(std::ostream& out, const suite_report& report, const run_facts& facts)
        : out_{out}, report_{report}, facts_{facts} {}

    void write() {
        write_head();
        out_ << "<main>\n";
        write_summary();
        write_causes();
        write_changes();
        write_filters();
        write_scenarios();
        write_remarks();
        write_choices();
        write_rule_coverage();
        out_ << "</main>\n<script>\n" << page_file("page.js") << "</script>\n</body>\n</html>\n";
    }

private:
    void write_head() {
        const std::string name = base::xml_text(report_.implementation_name);
        begin_page(out_, "ChatOS conformance of " + report_.implementation_name);
        out_ << "<header>\n<h1>ChatOS conformance</h1>\n"
             << "<p><code>" << name << "</code></p>\n<p class=\"soft\">" << utc_text(facts_.started) << ", "
             << seconds_text() << (facts_.strict ? ", strict" : "") << ", chatos-conformance "
             << base::xml_text(facts_.tool_version) << ", suite " << base::xml_text(facts_.suite_version)
             << "</p>\n</header>\n";
    }

    [[nodiscard]] std::string seconds_text() const {
        char text[32];
        (void)std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(facts_.duration.count()) / 1'000);
        return text;
    }

    void write_summary() {
        out_ << "<p class=\"outcome " << (run_passed(report_) ? "good\">Everything required holds" : "bad\">")
             << (run_passed(report_) ? ""
                 : report_.gone      ? "The implementation was gone before the end"
                                     : "Not conforming")
             << "</p>\n<ul class=\"tiles\">\n";
        for (const verdict which : all_verdicts) {
            const std::size_t number = report_.count(which);
            out_ << "<li class=\"" << (number == 0 ? "zero" : verdict_name(which)) << "\"><button type=\"button\""
                 << base::xml_attribute("value", verdict_name(which)) << (number == 0 ? " disabled" : "") << "><b>"
                 << number << "</b>" << verdict_name(which) << "</button></li>\n";
        }
        out_ << "</ul>\n";
        if (report_.gone) {
            out_ << "<div class=\"card\"><b>gone</b> " << base::xml_text(*report_.gone);
            write_lines(report_.gone_output);
            out_ << "</div>\n";
        }
    }

    /// What to mend first; a link to the scenario to begin with.
    void write_causes() {
        if (facts_.causes.empty()) {
            return;
        }
        out_ << "<h2 class=\"close\">What to mend first</h2>\n<div class=\"card close\">\n";
        for (std::size_t index = 0; index < std::min(facts_.causes.size(), page_causes_max); ++index) {
            const cause& each = facts_.causes[index];
            const std::string id = base::xml_text(each.begin_with().id);
            out_ << "<div class=\"cause\"><span class=\"badge " << verdict_name(each.worst) << "\">"
                 << base::xml_text(each.rule) << "</span> " << base::xml_text(each.why) << " <span class=\"soft\">"
                 << base::counted(each.effects.size(), "scenario") << "; begin with <a href=\"#s-" << id << "\">" << id
                 << "</a>" << (each.hint.empty() || index != 0 ? "" : "; hint: " + base::xml_text(each.hint))
                 << "</span></div>\n";
        }
        if (facts_.causes.size() > page_causes_max) {
            out_ << "<p class=\"soft\">" << facts_.causes.size() - page_causes_max << " more: see the scenarios</p>\n";
        }
        out_ << "</div>\n";
    }

    void write_remarks() {
        if (const std::string text = silence_text(silences_of(report_)); !text.empty()) {
            out_ << "<p class=\"soft\">" << text << "</p>\n";
        }
        for (const skipped_scenario& each : report_.skipped) {
            out_ << "<p class=\"soft\">skipped: " << base::xml_text(each.scenario->id) << ": "
                 << base::xml_text(each.reason) << "</p>\n";
        }
        for (const std::string& note : report_.notes) {
            out_ << "<p class=\"soft\">" << base::xml_text(note) << "</p>\n";
        }
    }

    void write_choices() {
        if (report_.choices.empty()) {
            return;
        }
        out_ << "<h2>Choices seen</h2>\n<div class=\"card\"><dl>\n";
        for (const auto& [rule_id, choice] : report_.choices) {
            const rule* rule = find_rule(rule_id);
            out_ << "<dt>" << base::xml_text(rule_id) << "</dt><dd><b>" << base::xml_text(choice)
                 << "</b> <span class=\"soft\">" << base::xml_text(rule == nullptr ? "" : rule->text)
                 << "</span></dd>\n";
        }
        out_ << "</dl></div>\n";
    }

    void write_changes() {
        if (!facts_.changes) {
            return;
        }
        const report_changes& changes = *facts_.changes;
        out_ << "<h2>Changed since <code>" << base::xml_text(changes.source) << "</code></h2>\n<div class=\"card\">\n";
        for (const choice_change& change : changes.choices) {
            out_ << "<p>" << base::xml_text(change.rule) << ": the choice was <b>" << base::xml_text(change.before)
                 << "</b>, is <b>" << base::xml_text(change.now) << "</b> <span class=\"soft\">in";
            for (const std::string& id : change.scenarios) {
                out_ << ' ' << base::xml_text(id);
            }
            out_ << "</span></p>\n";
        }
        for (const verdict_change& change : changes.verdicts) {
            out_ << "<p><a href=\"#s-" << base::xml_text(change.id) << "\">" << base::xml_text(change.id)
                 << "</a>: the verdict was <b>" << base::xml_text(change.before) << "</b>, is <b>"
                 << base::xml_text(change.now) << "</b></p>\n";
        }
        out_ << (changes.none() ? "<p>No verdict and no choice.</p>\n" : "");
        if (!changes.added.empty() || !changes.missing.empty()) {
            out_ << "<p class=\"soft\">" << changes.added.size() << " scenarios are new, " << changes.missing.size()
                 << " of the baseline did not run.</p>\n";
        }
        out_ << "</div>\n";
    }

    void write_filters() {
        std::set<std::string> areas;
        for (const scenario_report& result : report_.scenarios) {
            areas.insert(area_name(*result.scenario));
        }
        for (const rule_area& area : all_areas()) {
            areas.emplace(area.id);
        }
        std::vector<std::string> verdicts;
        for (const verdict which : all_verdicts) {
            verdicts.emplace_back(verdict_name(which));
        }
        // The script shows it: without one there is nothing to filter with.
        out_ << "<form id=\"filters\" hidden>\n<label>search<input name=\"text\" type=\"search\" "
                "placeholder=\"id, rule or words\"></label>\n";
        write_select("verdict", verdicts);
        write_select("area", {areas.begin(), areas.end()});
        write_select("level", {"MUST", "SHOULD", "CHOICE"});
        out_ << "<output></output>\n</form>\n";
    }

    void write_select(std::string_view name, const std::vector<std::string>& words) {
        out_ << "<label>" << name << "<select" << base::xml_attribute("name", name)
             << "><option value=\"\">all</option>";
        for (const std::string& word : words) {
            out_ << "<option>" << base::xml_text(word) << "</option>";
        }
        out_ << "</select></label>\n";
    }

    void write_scenarios() {
        out_ << "<h2 id=\"scenarios\" class=\"close\">Scenarios</h2>\n";
        // What is wrong first, and of that the one to begin with; then what could not be judged; then the others.
        std::set<const scenario_report*> written;
        const auto write_once = [&](const scenario_report& result) {
            if (written.insert(&result).second) {
                write_scenario(result);
            }
        };
        for (const cause& each : facts_.causes) {
            write_once(each.first_effect());
        }
        for (const verdict which : {verdict::fail, verdict::stale, verdict::warn, verdict::not_testable,
                                    verdict::known_failure, verdict::unsupported, verdict::pass}) {
            for (const scenario_report& result : report_.scenarios) {
                if (result.verdict == which) {
                    write_once(result);
                }
            }
        }
    }

    void write_scenario(const scenario_report& result) {
        const std::string_view name = verdict_name(result.verdict);
        std::set<std::string> levels;
        std::string text = result.scenario->id + ' ' + result.scenario->title;
        for (const std::string& id : result.scenario->rules) {
            levels.emplace(level_name(find_rule(id)->level));
            text += ' ' + id;
        }
        const bool wants_attention =
            result.verdict == verdict::fail || result.verdict == verdict::warn || result.verdict == verdict::stale;
        const bool open = wants_attention && opened_ < opened_max;
        opened_ += open ? 1 : 0;
        out_ << "<details class=\"scenario\"" << base::xml_attribute("id", "s-" + result.scenario->id)
             << base::xml_attribute("data-verdict", name)
             << base::xml_attribute("data-area", area_name(*result.scenario))
             << base::xml_attribute("data-level", base::joined(levels)) << base::xml_attribute("data-text", text)
             << (open ? " open" : "") << ">\n<summary><span class=\"badge " << name << "\">" << name << "</span><code>"
             << base::xml_text(result.scenario->id) << "</code><span class=\"soft\">"
             << base::xml_text(result.scenario->title) << "</span></summary>\n<div class=\"inside\">\n<dl>\n";
        write_explanation(result);
        out_ << "</dl>\n";
        if (!result.outcome.exchange.empty()) {
            out_ << "<div class=\"chart\">";
            out_ << base::chart_svg(make_chart(result, chart_rows_max, true), false);
            out_ << "</div>\n";
        }
        out_ << "</div>\n</details>\n";
    }

    void write_explanation(const scenario_report& result) {
        for (const std::string& id : result.verdict == verdict::pass ? result.scenario->rules : result.failed_rules) {
            if (const rule* rule = find_rule(id)) {
                entry(id, std::string{level_name(rule->level)} + ", " + std::string{origin_name(rule->origin)} + ": " +
                              std::string{rule->text});
            }
        }
        for (const auto& [rule_id, choice] : result.outcome.choices) {
            entry("choice " + rule_id, choice);
        }
        if (result.outcome.failure) {
            const step_failure& failure = *result.outcome.failure;
            entry("expected", failure.expected);
            code_entry("", failure.expected_hex);
            entry("seen", failure.observed);
            code_entry("", failure.observed_hex.empty()
                               ? ""
                               : failure.observed_hex + "  from offset " + std::to_string(failure.observed_offset));
            entry("at", (failure.pointer.empty() ? "after the last step" : failure.pointer) + " of " +
                            result.scenario->source);
            entry("note", failure.note);
        }
        if (!result.outcome.failure || !result.why.starts_with("expected: ")) {
            entry("why", result.why);
        }
        entry("fresh server", result.fresh ? text_of(*result.fresh) : "");
        entry("hint", result.hint);
        entry("must catch", kills_text(*result.scenario));
        if (!result.server_output.empty()) {
            out_ << "<dt>" << role_name(result.scenario->role) << " printed</dt><dd>";
            write_lines(result.server_output);
            out_ << "</dd>\n";
        }
        code_entry("capture", capture_path(result, facts_));
        if (result.verdict != verdict::pass) {
            code_entry("repeat", repeat_command(result, facts_));
        }
    }

    /// The faults of the model that the scenario must catch, by their rules.
    static std::string kills_text(const scenario& scenario) {
        std::string text;
        for (const std::string& name : scenario.kills) {
            const known_fault* known = find_known_fault(name);
            text += (text.empty() ? "" : "; ") + name +
                    (known == nullptr ? ""
                                      : " (" + std::string{known->rule} + ": " + std::string{known->description} + ")");
        }
        return text;
    }

    void entry(std::string_view name, std::string_view text) {
        if (!text.empty()) {
            out_ << "<dt>" << base::xml_text(name) << "</dt><dd>" << base::xml_text(text) << "</dd>\n";
        }
    }
    void code_entry(std::string_view name, std::string_view text) {
        if (!text.empty()) {
            out_ << "<dt>" << name << "</dt><dd><pre>" << base::xml_text(text) << "</pre></dd>\n";
        }
    }
    void write_lines(const std::vector<std::string>& lines) {
        if (lines.empty()) {
            return;
        }
        out_ << "<pre>";
        for (const std::string& line : lines) {
            out_ << base::xml_text(line) << '\n';
        }
        out_ << "</pre>";
    }

    void write_rule_coverage() {
        out_ << "<h2 id=\"rules\">Rules</h2>\n<div class=\"card\">\n";
        for (const rule_area& area : all_areas()) {
            out_ << "<h3 class=\"area\"" << base::xml_attribute("data-area", area.id) << '>' << base::xml_text(area.id)
                 << " <span class=\"soft\">" << base::xml_text(area.title) << "</span></h3>\n";
            for (const rule& rule : all_rules()) {
                if (area_of(rule.id).id == area.id) {
                    write_rule(rule, area);
                }
            }
        }
        out_ << "</div>\n";
    }

    /// How many faults of models of the role that is judged break the rule, and how many scenarios of this run must
    /// catch one.
    [[nodiscard]] std::string kill_count(const rule& rule) const {
        std::vector<const known_fault*> faults = faults_of(rule.id);
        std::erase_if(faults, [this](const known_fault* broken) {
            return broken->role != report_.scenarios.front().scenario->role;
        });
        const auto killers =
            std::count_if(report_.scenarios.begin(), report_.scenarios.end(), [&](const scenario_report& tested) {
                return std::any_of(faults.begin(), faults.end(),
                                   [&](const known_fault* broken) { return kills(*tested.scenario, *broken); });
            });
        return kill_text(faults.size(), static_cast<std::size_t>(killers));
    }

    void write_rule(const rule& rule, const rule_area& area) {
        std::string chips;
        std::set<std::string> verdicts;
        for (const scenario_report& tested : report_.scenarios) {
            const std::vector<std::string>& ids = tested.scenario->rules;
            if (std::find(ids.begin(), ids.end(), rule.id) == ids.end()) {
                continue;
            }
            const std::string_view name = verdict_name(tested.verdict);
            verdicts.emplace(name);
            chips += "<a class=\"chip " + std::string{name} + '"' +
                     base::xml_attribute("href", "#s-" + tested.scenario->id) + base::xml_attribute("title", name) +
                     '>' + base::xml_text(short_id(tested.scenario->id)) + "</a>";
        }
        if (chips.empty()) {
            chips = "<span class=\"soft\">no scenario of this run tests it</span>";
        } else if (const std::string count = kill_count(rule); !count.empty()) {
            chips += "<br><span class=\"soft kills\">" + count + "</span>";
        }
        out_ << "<div class=\"rule\"" << base::xml_attribute("data-area", area.id)
             << base::xml_attribute("data-level", level_name(rule.level))
             << base::xml_attribute("data-verdict", base::joined(verdicts))
             << base::xml_attribute("data-text", std::string{rule.id} + ' ' + std::string{rule.text}) << "><b>"
             << rule.id << "</b><span><span class=\"badge level\">" << level_name(rule.level) << "</span></span><div>"
             << base::xml_text(rule.text) << " <span class=\"soft\">(" << origin_name(rule.origin) << ")</span><br>"
             << chips << "</div></div>\n";
    }

    std::ostream& out_;
    const suite_report& report_;
    const run_facts& facts_;
    std::size_t opened_{0};
};

}  // namespace

void write_html_report(std::ostream& out, const suite_report& report, const run_facts& facts) {
    html_report{out, report, facts}.write();
}

}  // namespace chatos::conformance
