// `list`, `rules`, `explain` and `schema`: what the suite knows, for people.
#include "base/colors.hpp"
#include "base/shown_text.hpp"
#include "base/system/terminal_colors.hpp"
#include "base/text_columns.hpp"
#include "commands/commands.hpp"
#include "commands/embedded.hpp"
#include "report/ledger.hpp"
#include "rules/rule.hpp"
#include "runner/matching.hpp"
#include "runner/unit_bytes.hpp"

#include <algorithm>
#include <iostream>
#include <set>
#include <unistd.h>

namespace chatos::conformance {
namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

/// The faults that break the rule, and who must catch each.
void print_faults(const ledger_line& line) {
    if (line.faults.empty()) {
        return;
    }
    std::cout << '\n' << kill_text(line.faults.size(), line.caught_by.size()) << ":\n";
    for (const known_fault* one : line.faults) {
        std::vector<std::string> killers;
        for (const scenario* candidate : line.caught_by) {
            if (kills(*candidate, *one)) {
                killers.push_back(candidate->id);
            }
        }
        std::cout << "  " << base::padded(std::string{one->name}, 32) << "  "
                  << base::wrapped(std::string{one->description} + "; caught by " + joined(killers), 36) << '\n';
    }
}

/// Those of the model's faults that the scenario must catch.
void print_kills(const scenario& one) {
    if (one.kills.empty()) {
        return;
    }
    std::cout << "\nMust catch these faults of the model (`chatos-conformance model "
              << (one.role == test_role::client ? "--role client " : "") << "--fault NAME`):\n";
    for (const std::string& name : one.kills) {
        const known_fault* known = find_known_fault(name);
        std::cout << "  " << base::padded(name, 32) << "  "
                  << base::wrapped(known == nullptr ? std::string{}
                                                    : std::string{known->rule} + ": " + std::string{known->description},
                                   36)
                  << '\n';
    }
}

int explain_rule(const rule& one, const std::vector<scenario>& all) {
    const base::colors paint = base::colors_for(STDOUT_FILENO);
    std::cout << paint(paint.bold, one.id) << "  " << level_name(one.level) << ", " << origin_name(one.origin) << " ("
              << area_of(one.id).title << ")\n\n  " << base::wrapped(one.text, 2) << "\n\n";
    for (const ledger_line& line : make_ledger(all)) {
        if (line.what != &one) {
            continue;
        }
        std::cout << "Scenarios that test it:" << '\n';
        for (const scenario* tested : line.tested_by) {
            std::cout << "  " << base::padded(tested->id, 40) << "  " << tested->title << '\n';
        }
        print_faults(line);
    }
    return exit_good;
}

std::string describe_send(const send_action& action, const pseudonyms& names) {
    const outgoing made = bytes_of(action, names);
    std::string text;
    for (std::span<const std::byte> rest{made.bytes}; !rest.empty();) {
        const decode_result result = decode(rest);
        if (result.status != decode_status::complete || text.size() > 200) {
            text += (text.empty() ? "bytes " : " + bytes ") + hex_excerpt(rest, 24);
            break;
        }
        text += (text.empty() ? "" : " + ") + describe(owned(result.packet));
        rest = rest.subspan(result.consumed);
    }
    return "sends " + text + (action.split == split_mode::whole ? "" : ", split");
}

void print_step(const step& one, const scenario& what, const pseudonyms& names, std::size_t indent);

/// What a step does, told of its actor; of a client under test, of what the runner does to it.
struct step_printer {
    const pseudonyms& names;
    const std::string& actor;
    bool judges_client;

    [[nodiscard]] std::string by_runner(const std::string& what) const {
        return actor + (judges_client ? "'s server " : " ") + what;
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

void print_step(const step& one, const scenario& what, const pseudonyms& names, std::size_t indent) {
    std::string text =
        std::visit(step_printer{names, what.actors[one.actor], what.role == test_role::client}, one.action);
    if (!one.rule.empty()) {
        text += " [" + one.rule + ']';
    }
    for (const std::size_t before : one.after) {
        text += ", after " + what.steps[before].pointer;
    }
    std::cout << std::string(indent, ' ') << base::padded(one.pointer, 12) << base::wrapped(text, indent + 12) << '\n';
    const auto* expect = std::get_if<expect_action>(&one.action);
    const auto* one_of = expect == nullptr ? nullptr : std::get_if<one_of_pattern>(&expect->event);
    if (one_of == nullptr) {
        return;
    }
    for (const alternative& candidate : one_of->alternatives) {
        std::cout << std::string(indent + 2, ' ') << "if " << candidate.name << ":\n";
        for (const step& nested : candidate.steps) {
            print_step(nested, what, names, indent + 4);
        }
    }
}

int explain_scenario(const scenario& one) {
    const base::colors paint = base::colors_for(STDOUT_FILENO);
    std::cout << paint(paint.bold, one.id) << "\n  " << base::wrapped(one.title, 2) << "\n\n";
    for (const std::string& id : one.rules) {
        const rule* found = find_rule(id);
        std::cout << "  " << base::padded(id, 8) << base::padded(std::string{level_name(found->level)}, 8)
                  << base::wrapped(found->text, 18) << '\n';
    }
    for (const auto& [option, value] : one.needs) {
        std::cout << "  needs the server to be started with " << option << ' ' << value << '\n';
    }
    if (!one.extension.empty()) {
        std::cout << "  only for servers with the extension \"" << one.extension << "\"\n";
    }
    if (!one.control.empty()) {
        std::cout << "  counts only if " << one.control << " passes\n";
    }
    std::cout << "\nSteps (" << one.source << "; pseudos are made unique for every run):\n";
    const pseudonyms names{"run"};
    for (const step& each : one.steps) {
        print_step(each, one, names, 2);
    }
    if (one.closing_fence) {
        std::cout << "  then      nothing else may have come " << (one.role == test_role::server ? "to" : "from")
                  << " any actor (unexpected packets blame " << one.unexpected << ")\n";
    }
    print_kills(one);
    std::cout << "\nRun it: chatos-conformance run " << one.id
              << (one.role == test_role::server ? " --target HOST:PORT\n" : " --role client --profile FILE.json\n");
    return exit_good;
}

}  // namespace

void complain(const std::string& what) {
    std::cerr << "chatos-conformance: " << what << '\n';
}

int complain_of(const std::vector<problem>& problems) {
    for (const problem& one : problems) {
        complain(base::printable(one.text()));
    }
    return exit_usage;
}

int list_command(const selection& chosen) {
    const catalog_result found = make_catalog(chosen);
    if (!found.problems.empty()) {
        return complain_of(found.problems);
    }
    std::size_t columns = 0;
    std::size_t rule_columns = 0;
    for (const scenario* one : found.loaded.selected) {
        columns = std::max(columns, one->id.size());
        rule_columns = std::max(rule_columns, joined(one->rules).size());
    }
    const base::colors paint = base::colors_for(STDOUT_FILENO);
    for (const scenario* one : found.loaded.selected) {
        std::cout << base::padded(one->id, columns) << "  "
                  << paint(paint.cyan, base::padded(joined(one->rules), rule_columns)) << "  "
                  << base::printable(one->title) << '\n';
    }
    std::cerr << found.loaded.selected.size() << " scenarios\n";
    return found.loaded.selected.empty() ? exit_usage : exit_good;
}

int rules_command() {
    const catalog_result found = make_catalog({});
    if (!found.problems.empty()) {
        return complain_of(found.problems);
    }
    const base::colors paint = base::colors_for(STDOUT_FILENO);
    std::size_t faults = 0;
    for (const ledger_line& line : make_ledger(found.loaded.scenarios)) {
        std::vector<std::string> ids;
        for (const scenario* one : line.tested_by) {
            ids.push_back(one->id);
        }
        std::cout << paint(paint.bold, base::padded(std::string{line.what->id}, 8))
                  << base::padded(std::string{level_name(line.what->level)}, 7)
                  << base::padded(std::string{origin_name(line.what->origin)}, 9) << base::wrapped(line.what->text, 24)
                  << '\n'
                  << std::string(24, ' ') << paint(paint.dim, base::wrapped("tested by " + joined(ids), 24)) << '\n';
        faults += line.faults.size();
        if (!line.faults.empty()) {
            std::cout << std::string(24, ' ') << paint(paint.dim, kill_text(line.faults.size(), line.caught_by.size()))
                      << '\n';
        }
    }
    std::cerr << all_rules().size() << " rules, tested by " << found.loaded.scenarios.size() << " scenarios; " << faults
              << " faults of the models break them\n";
    return exit_good;
}

int explain_command(const std::string& word) {
    const catalog_result found = make_catalog({});
    if (!found.problems.empty()) {
        return complain_of(found.problems);
    }
    std::string upper = word;
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](char one) { return one >= 'a' && one <= 'z' ? static_cast<char>(one - ('a' - 'A')) : one; });
    if (const rule* known = find_rule(upper)) {
        return explain_rule(*known, found.loaded.scenarios);
    }
    for (const scenario& one : found.loaded.scenarios) {
        if (one.id == word) {
            return explain_scenario(one);
        }
    }
    complain("explain " + base::printable(word) +
             ": neither a rule nor a scenario; `chatos-conformance rules` and "
             "`chatos-conformance list` show what there is");
    return exit_usage;
}

int schema_command(const std::string& which) {
    for (const builtin_file& file : embedded_schemas()) {
        if (file.name == which + ".schema.json") {
            std::cout << file.text;
            return exit_good;
        }
    }
    complain("schema " + base::printable(which) + ": expected scenario, profile or report");
    return exit_usage;
}

}  // namespace chatos::conformance
