#include "report/baseline.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

constexpr std::int64_t report_schema = 1;

void read_scenario(const json_place& place, baseline& result) {
    object_reader reader{place};
    const auto id_place = reader.require("id");
    const auto verdict_place = reader.require("verdict");
    const auto choices_place = reader.require("choices");
    if (!id_place || !verdict_place || !choices_place) {
        return;
    }
    const auto id = id_place->as_string();
    const auto verdict = verdict_place->as_string();
    baseline::entry entry;
    if (!choices_place->is(json_kind::object)) {
        choices_place->refuse("expected an object of choices, found " +
                              std::string{json_kind_name(choices_place->value().kind)});
        return;
    }
    const json_value& choices = choices_place->value();
    for (std::size_t index = 0; index < choices.keys.size(); ++index) {
        if (const auto name = choices_place->child(choices.items[index]).as_string()) {
            entry.choices[choices.keys[index]] = *name;
        }
    }
    if (id && verdict) {
        entry.verdict = *verdict;
        result.scenarios[*id] = std::move(entry);
    }
}

void add_choice(report_changes& changes, const std::string& rule_id, const std::string& before, const std::string& now,
                const std::string& scenario_id) {
    const auto known = std::find_if(changes.choices.begin(), changes.choices.end(), [&](const choice_change& change) {
        return change.rule == rule_id && change.before == before && change.now == now;
    });
    if (known == changes.choices.end()) {
        changes.choices.push_back({rule_id, before, now, {scenario_id}});
    } else {
        known->scenarios.push_back(scenario_id);
    }
}

}  // namespace

std::variant<baseline, std::vector<problem>> load_baseline(std::string_view json, const std::string& source) {
    problem_list problems{source};
    auto parsed = parse_json(json);
    if (const auto* error = std::get_if<json_error>(&parsed)) {
        problems.add(error->line, "", "column " + std::to_string(error->column) + ": invalid JSON: " + error->message);
        return problems.take();
    }
    baseline result;
    result.source = source;
    const json_place root{std::get<json_value>(parsed), problems};
    object_reader reader{root};
    // Keys that this version does not know may stand in a report of a later one.
    const auto schema = reader.require("schema");
    const auto scenarios = reader.require("scenarios");
    if (schema && schema->as_integer(report_schema, report_schema) && scenarios) {
        for (const json_place& place : scenarios->as_array()) {
            read_scenario(place, result);
        }
    }
    if (!problems.empty()) {
        problems.add(0, "", "a baseline is a report that `chatos-conformance run --json FILE` wrote");
        return problems.take();
    }
    return result;
}

report_changes changes_since(const baseline& before, const suite_report& now) {
    report_changes changes;
    changes.source = before.source;
    std::map<std::string, bool> current;
    for (const scenario_report& result : now.scenarios) {
        const std::string& id = result.scenario->id;
        current[id] = true;
        const auto known = before.scenarios.find(id);
        if (known == before.scenarios.end()) {
            changes.added.push_back(id);
            continue;
        }
        if (known->second.verdict != verdict_name(result.verdict)) {
            changes.verdicts.push_back({id, known->second.verdict, std::string{verdict_name(result.verdict)}});
        }
        for (const auto& [rule_id, choice] : result.outcome.choices) {
            const auto earlier = known->second.choices.find(rule_id);
            if (earlier != known->second.choices.end() && earlier->second != choice) {
                add_choice(changes, rule_id, earlier->second, choice, id);
            }
        }
    }
    for (const auto& [id, entry] : before.scenarios) {
        if (!current.contains(id)) {
            changes.missing.push_back(id);
        }
    }
    return changes;
}

}  // namespace chatos::conformance
