#include "report/catalog_json.hpp"

#include "report/cell_coverage.hpp"
#include "report/rule_coverage.hpp"
#include "scenario/suite_version.hpp"

#include <nlohmann/json.hpp>

#include <ostream>

namespace chatos::conformance {
namespace {

using json = nlohmann::ordered_json;

json null_if_empty(const std::string& text) {
    return text.empty() ? json(nullptr) : json(text);
}

json scenario_entry(const scenario& scenario) {
    return {{"id", scenario.id},
            {"title", scenario.title},
            {"role", role_name(scenario.role)},
            {"area", scenario_area(scenario)},
            {"rules", scenario.rules},
            {"since", scenario.since},
            {"needs", json(scenario.needs)},
            {"extension", null_if_empty(scenario.extension)},
            {"control", null_if_empty(scenario.control)},
            {"kills", scenario.kills},
            {"source", scenario.source}};
}

json cells_of(std::string_view rule_id) {
    json cells = json::array();
    for (const rule_cell& cell : all_cells()) {
        if (cell.rule() == rule_id) {
            cells.push_back({{"id", cell.id},
                             {"text", cell.text},
                             {"scenarios", words_of(cell.scenarios)},
                             {"faults", words_of(cell.faults)},
                             {"untested", null_if_empty(std::string{cell.untested})}});
        }
    }
    return cells;
}

json faults_of(const rule_coverage& coverage) {
    json faults = json::array();
    for (const known_fault* fault : coverage.faults) {
        json killers = json::array();
        for (const scenario* killer : coverage.caught_by) {
            if (kills(*killer, *fault)) {
                killers.push_back(killer->id);
            }
        }
        faults.push_back({{"role", role_name(fault->role)},
                          {"name", fault->name},
                          {"what", fault->description},
                          {"caught_by", std::move(killers)}});
    }
    return faults;
}

json rule_entry(const rule_coverage& coverage) {
    json scenarios = json::array();
    for (const scenario* tested : coverage.tested_by) {
        scenarios.push_back(tested->id);
    }
    return {{"id", coverage.rule->id},
            {"level", level_name(coverage.rule->level)},
            {"origin", origin_name(coverage.rule->origin)},
            {"area", area_of(coverage.rule->id).id},
            {"text", coverage.rule->text},
            {"scenarios", std::move(scenarios)},
            {"cells", cells_of(coverage.rule->id)},
            {"faults", faults_of(coverage)}};
}

void write(std::ostream& out, const json& document) {
    // A path need not be UTF-8.
    out << document.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
}

}  // namespace

void write_scenario_list(std::ostream& out, std::span<const scenario* const> scenarios) {
    json document = {{"schema", 1}, {"suite_version", newest_suite_version()}, {"scenarios", json::array()}};
    for (const scenario* scenario : scenarios) {
        document["scenarios"].push_back(scenario_entry(*scenario));
    }
    write(out, document);
}

void write_rule_list(std::ostream& out, std::span<const scenario> all) {
    const cell_count cells = count_cells("");
    json document = {{"schema", 1},
                     {"suite_version", newest_suite_version()},
                     {"cells", {{"tested", cells.tested}, {"all", cells.all}}},
                     {"rules", json::array()}};
    for (const rule_coverage& coverage : make_rule_coverage(all)) {
        document["rules"].push_back(rule_entry(coverage));
    }
    write(out, document);
}

}  // namespace chatos::conformance
