// `list`, `rules`, `explain` and `schema`: what the suite knows, for people.
#include "base/colors.hpp"
#include "base/shown_text.hpp"
#include "base/similar_word.hpp"
#include "base/system/terminal_colors.hpp"
#include "base/text_columns.hpp"
#include "base/word_list.hpp"
#include "commands/commands.hpp"
#include "commands/embedded.hpp"
#include "report/catalog_json.hpp"
#include "report/cell_coverage.hpp"
#include "report/rule_coverage.hpp"
#include "rules/packet_table.hpp"
#include "rules/rule.hpp"
#include "runner/matching.hpp"
#include "runner/unit_bytes.hpp"
#include "scenario/suite_version.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <set>
#include <unistd.h>

namespace chatos::conformance {
namespace {

/// The faults that break the rule, and who must catch each.
void print_faults(const rule_coverage& line) {
    if (line.faults.empty()) {
        return;
    }
    std::cout << '\n' << kill_text(line.faults.size(), line.caught_by.size()) << ":\n";
    for (const known_fault* fault : line.faults) {
        std::vector<std::string> killers;
        for (const scenario* candidate : line.caught_by) {
            if (kills(*candidate, *fault)) {
                killers.push_back(candidate->id);
            }
        }
        std::cout << "  " << base::padded(std::string{fault->name}, 32) << "  "
                  << base::wrapped(std::string{fault->description} + "; caught by " + base::joined(killers, ", "), 36)
                  << '\n';
    }
}

void print_cells(std::string_view rule_id) {
    const cell_count count = count_cells(rule_id);
    if (count.all == 0) {
        return;
    }
    std::cout << '\n' << cell_text(count) << ":\n";
    for (const rule_cell& cell : all_cells()) {
        if (cell.rule() == rule_id) {
            const std::string how = cell.untested.empty() ? "tested by " + base::joined(words_of(cell.scenarios), ", ")
                                                          : "not tested: " + std::string{cell.untested};
            std::cout << "  " << base::padded(std::string{cell.id}, 32) << "  "
                      << base::wrapped(std::string{cell.text} + " " + how, 36) << '\n';
        }
    }
}

/// Those of the model's faults that the scenario must catch.
void print_kills(const scenario& scenario) {
    if (scenario.kills.empty()) {
        return;
    }
    std::cout << "\nMust catch these faults of the model (`chatos-conformance model "
              << (scenario.role == test_role::client ? "--role client " : "") << "--fault NAME`):\n";
    for (const std::string& name : scenario.kills) {
        const known_fault* known = find_known_fault(name);
        std::cout << "  " << base::padded(name, 32) << "  "
                  << base::wrapped(known == nullptr ? std::string{}
                                                    : std::string{known->rule} + ": " + std::string{known->description},
                                   36)
                  << '\n';
    }
}

int explain_rule(const rule& rule, const std::vector<scenario>& all) {
    const base::colors paint = base::colors_for(STDOUT_FILENO);
    std::cout << paint(paint.bold, rule.id) << "  " << level_name(rule.level) << ", " << origin_name(rule.origin)
              << " (" << area_of(rule.id).title << ")\n\n  " << base::wrapped(rule.text, 2) << "\n\n";
    for (const rule_coverage& line : make_rule_coverage(all)) {
        if (line.rule != &rule) {
            continue;
        }
        std::cout << "Scenarios that test it:" << '\n';
        for (const scenario* tested : line.tested_by) {
            std::cout << "  " << base::padded(tested->id, 40) << "  " << tested->title << '\n';
        }
        print_cells(rule.id);
        print_faults(line);
    }
    return exit_good;
}

std::string describe_send(const send_action& action, const pseudonyms& names) {
    const outgoing data = bytes_of(action, names);
    std::string text;
    for (std::span<const std::byte> remaining{data.bytes}; !remaining.empty();) {
        const decode_result result = decode(remaining);
        if (result.status != decode_status::complete || text.size() > 200) {
            text += (text.empty() ? "bytes " : " + bytes ") + hex_excerpt(remaining, 24);
            break;
        }
        text += (text.empty() ? "" : " + ") + describe(owned(result.packet));
        remaining = remaining.subspan(result.consumed);
    }
    return "sends " + text + (action.split == split_mode::whole ? "" : ", split");
}

void print_step(const step& step, const scenario& scenario, const pseudonyms& names, std::size_t indent);

/// What a step does, told of its actor; of a client under test, of what the runner does to it.
struct step_printer {
    const pseudonyms& names;
    const std::string& actor;
    bool judges_client;
    const std::vector<std::string>& actors;

    [[nodiscard]] std::string by_runner(const std::string& text) const {
        return actor + (judges_client ? "'s server " : " ") + text;
    }
    std::string operator()(const connect_action& /*action*/) const {
        return actor + (judges_client ? " is started" : " connects");
    }
    std::string operator()(const send_action& action) const { return by_runner(describe_send(action, names)); }
    std::string operator()(const close_action& action) const {
        return by_runner(action.how == close_how::fin    ? "half-closes"
                         : action.how == close_how::full ? "closes"
                                                         : "resets");
    }
    std::string operator()(const reading_action& action) const {
        return by_runner(action.reading ? "reads again" : "stops reading");
    }
    std::string operator()(const relay_action& action) const {
        return "what comes from " + actor + " is sent to " + actors[action.to];
    }
    std::string operator()(const stdin_action& action) const {
        std::string text = actor + " is told to " + action.command;
        text += action.pseudo.text.empty() ? "" : ' ' + names.expand(action.pseudo);
        text += action.text.text.empty() ? "" : ' ' + quoted_excerpt(names.expand(action.text));
        return text + (action.if_known ? ", if the profile knows how" : "");
    }
    std::string operator()(const expect_action& action) const {
        const std::string verb = judges_client ? (action.optional ? "may come " : "comes ")
                                               : (action.optional ? "may receive " : "receives ");
        return (judges_client ? "from " : "") + actor + ' ' + verb + describe(action.event, names);
    }
};

void print_step(const step& current, const scenario& scenario, const pseudonyms& names, std::size_t indent) {
    std::string text = std::visit(
        step_printer{names, scenario.actors[current.actor], scenario.role == test_role::client, scenario.actors},
        current.action);
    if (!current.rule.empty()) {
        text += " [" + current.rule + ']';
    }
    for (const std::size_t before : current.after) {
        text += ", after " + scenario.steps[before].pointer;
    }
    std::cout << std::string(indent, ' ') << base::padded(current.pointer, 12) << base::wrapped(text, indent + 12)
              << '\n';
    const auto* expect = std::get_if<expect_action>(&current.action);
    const auto* one_of = expect == nullptr ? nullptr : std::get_if<one_of_pattern>(&expect->event);
    if (one_of == nullptr) {
        return;
    }
    for (const alternative& candidate : one_of->alternatives) {
        std::cout << std::string(indent + 2, ' ') << "if " << candidate.name << ":\n";
        for (const step& nested : candidate.steps) {
            print_step(nested, scenario, names, indent + 4);
        }
    }
}

int explain_scenario(const scenario& scenario) {
    const base::colors paint = base::colors_for(STDOUT_FILENO);
    std::cout << paint(paint.bold, scenario.id) << "\n  " << base::wrapped(scenario.title, 2) << "\n\n";
    for (const std::string& id : scenario.rules) {
        const rule* rule = find_rule(id);
        std::cout << "  " << base::padded(id, 8) << base::padded(std::string{level_name(rule->level)}, 8)
                  << base::wrapped(rule->text, 18) << '\n';
    }
    if (scenario.since != first_suite_version()) {
        std::cout << "  since version " << scenario.since << " of the suite\n";
    }
    for (const auto& [option, value] : scenario.needs) {
        std::cout << "  needs the server to be started with " << option << ' ' << value << '\n';
    }
    if (!scenario.extension.empty()) {
        std::cout << "  only for servers with the extension \"" << scenario.extension << "\"\n";
    }
    if (!scenario.control.empty()) {
        std::cout << "  counts only if " << scenario.control << " passes\n";
    }
    std::cout << "\nSteps (" << scenario.source << "; pseudos are made unique for every run):\n";
    const pseudonyms names{"run"};
    for (const step& each : scenario.steps) {
        print_step(each, scenario, names, 2);
    }
    if (scenario.closing_fence) {
        std::cout << "  then      nothing else may have come " << (scenario.role == test_role::server ? "to" : "from")
                  << " any actor (unexpected packets blame " << scenario.unexpected << ")\n";
    }
    print_kills(scenario);
    std::cout << "\nRun it: chatos-conformance run " << scenario.id
              << (scenario.role == test_role::server ? " --target HOST:PORT\n"
                                                     : " --role client --profile FILE.json\n");
    return exit_good;
}

}  // namespace

void print_error(const std::string& message) {
    std::cerr << "chatos-conformance: " << message << '\n';
}

int print_problems(const std::vector<problem>& problems) {
    for (const problem& problem : problems) {
        print_error(base::printable(problem.text()));
    }
    return exit_usage;
}

int list_command(const selection& selection, bool as_json) {
    const catalog_result catalog = make_catalog(selection);
    if (!catalog.problems.empty()) {
        return print_problems(catalog.problems);
    }
    if (as_json) {
        write_scenario_list(std::cout, catalog.loaded.selected);
        return catalog.loaded.selected.empty() ? exit_usage : exit_good;
    }
    std::size_t columns = 0;
    std::size_t rule_columns = 0;
    for (const scenario* scenario : catalog.loaded.selected) {
        columns = std::max(columns, scenario->id.size());
        rule_columns = std::max(rule_columns, base::joined(scenario->rules, ", ").size());
    }
    const base::colors paint = base::colors_for(STDOUT_FILENO);
    for (const scenario* scenario : catalog.loaded.selected) {
        std::cout << base::padded(scenario->id, columns) << "  "
                  << paint(paint.cyan, base::padded(base::joined(scenario->rules, ", "), rule_columns)) << "  "
                  << base::printable(scenario->title) << '\n';
    }
    std::cerr << catalog.loaded.selected.size() << " scenarios\n";
    return catalog.loaded.selected.empty() ? exit_usage : exit_good;
}

int rules_command(bool as_json) {
    const catalog_result catalog = make_catalog({});
    if (!catalog.problems.empty()) {
        return print_problems(catalog.problems);
    }
    if (as_json) {
        write_rule_list(std::cout, catalog.loaded.scenarios);
        return exit_good;
    }
    const base::colors paint = base::colors_for(STDOUT_FILENO);
    std::cout << packet_table_text();
    std::size_t faults = 0;
    for (const rule_coverage& line : make_rule_coverage(catalog.loaded.scenarios)) {
        std::vector<std::string> ids;
        for (const scenario* scenario : line.tested_by) {
            ids.push_back(scenario->id);
        }
        std::cout << paint(paint.bold, base::padded(std::string{line.rule->id}, 8))
                  << base::padded(std::string{level_name(line.rule->level)}, 7)
                  << base::padded(std::string{origin_name(line.rule->origin)}, 9) << base::wrapped(line.rule->text, 24)
                  << '\n'
                  << std::string(24, ' ') << paint(paint.dim, base::wrapped("tested by " + base::joined(ids, ", "), 24))
                  << '\n';
        if (const cell_count cells = count_cells(line.rule->id); cells.all != 0) {
            std::cout << std::string(24, ' ') << paint(paint.dim, cell_text(cells)) << '\n';
        }
        faults += line.faults.size();
        if (!line.faults.empty()) {
            std::cout << std::string(24, ' ') << paint(paint.dim, kill_text(line.faults.size(), line.caught_by.size()))
                      << '\n';
        }
    }
    std::cerr << all_rules().size() << " rules, tested by " << catalog.loaded.scenarios.size() << " scenarios; "
              << faults << " faults of the models break them; " << cell_text(count_cells("")) << '\n';
    return exit_good;
}

int rules_markdown_command() {
    std::cout << rules_markdown();
    return exit_good;
}

/// "PM-99", "WIER-6": letters, a dash and digits, or the letters of an area and digits.
[[nodiscard]] bool is_rule_like(std::string_view upper) {
    const std::size_t digits = upper.find_first_of("0123456789");
    return digits != std::string_view::npos && digits != 0 &&
           upper.find_first_not_of("0123456789", digits) == std::string_view::npos &&
           upper.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ-") == digits;
}

int explain_command(const std::string& word) {
    std::string upper = word;
    std::transform(upper.begin(), upper.end(), upper.begin(), [](char character) {
        return character >= 'a' && character <= 'z' ? static_cast<char>(character - ('a' - 'A')) : character;
    });
    const rule* known = find_rule(upper);
    selection wanted;
    if (known == nullptr) {
        wanted.words = {word};
    }
    const catalog_result catalog = make_catalog(wanted);
    if (known == nullptr && !catalog.problems.empty() && is_rule_like(upper)) {
        print_error("explain: " + base::printable(unknown_rule(upper)));
        return exit_usage;
    }
    if (known != nullptr) {
        return catalog.problems.empty() ? explain_rule(*known, catalog.loaded.scenarios)
                                        : print_problems(catalog.problems);
    }
    for (const scenario* scenario : catalog.loaded.selected) {
        if (scenario->id == word || scenario->source == word) {
            return explain_scenario(*scenario);
        }
    }
    if (!catalog.problems.empty()) {
        return print_problems(catalog.problems);
    }
    print_error("explain " + base::printable(word) +
                ": expected one rule or scenario; `chatos-conformance rules` and `chatos-conformance list` show what "
                "there is");
    return exit_usage;
}

int schema_command(const std::string& which) {
    for (const builtin_file& file : embedded_schemas()) {
        if (file.name == which + ".schema.json") {
            std::cout << file.text;
            return exit_good;
        }
    }
    print_error("schema " + base::printable(which) + ": expected scenario, profile, report, matrix, list or rules" +
                base::did_you_mean(
                    which, std::vector<std::string>{"scenario", "profile", "report", "matrix", "list", "rules"}));
    return exit_usage;
}

}  // namespace chatos::conformance
