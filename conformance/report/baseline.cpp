#include "report/baseline.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

constexpr std::int64_t report_schema = 1;

void read_scenario(const json_place& place, baseline& made) {
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
        if (const auto name = choices_place->child(choices.items[index], choices.keys[index]).as_string()) {
            entry.choices[choices.keys[index]] = *name;
        }
    }
    if (id && verdict) {
        entry.verdict = *verdict;
        made.scenarios[*id] = std::move(entry);
    }
}

void add_choice(report_changes& made, const std::string& rule_id, const std::string& before, const std::string& now,
                const std::string& scenario_id) {
    const auto known = std::find_if(made.choices.begin(), made.choices.end(), [&](const choice_change& one) {
        return one.rule == rule_id && one.before == before && one.now == now;
    });
    if (known == made.choices.end()) {
        made.choices.push_back({rule_id, before, now, {scenario_id}});
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
    baseline made;
    made.source = source;
    const json_place root{std::get<json_value>(parsed), "", problems};
    object_reader reader{root};
    // Keys that this version does not know may stand in a report of a later one.
    const auto schema = reader.require("schema");
    const auto scenarios = reader.require("scenarios");
    if (schema && schema->as_integer(report_schema, report_schema) && scenarios) {
        for (const json_place& one : scenarios->as_array()) {
            read_scenario(one, made);
        }
    }
    if (!problems.empty()) {
        problems.add(0, "", "a baseline is a report that `chatos-conformance run --json FILE` wrote");
        return problems.take();
    }
    return made;
}

report_changes changes_since(const baseline& before, const suite_report& now) {
    report_changes made;
    made.source = before.source;
    std::map<std::string, bool> seen;
    for (const scenario_report& one : now.scenarios) {
        const std::string& id = one.what->id;
        seen[id] = true;
        const auto known = before.scenarios.find(id);
        if (known == before.scenarios.end()) {
            made.added.push_back(id);
            continue;
        }
        if (known->second.verdict != verdict_name(one.judged)) {
            made.verdicts.push_back({id, known->second.verdict, std::string{verdict_name(one.judged)}});
        }
        for (const auto& [rule_id, what] : one.seen.choices) {
            const auto earlier = known->second.choices.find(rule_id);
            if (earlier != known->second.choices.end() && earlier->second != what) {
                add_choice(made, rule_id, earlier->second, what, id);
            }
        }
    }
    for (const auto& [id, entry] : before.scenarios) {
        if (!seen.contains(id)) {
            made.missing.push_back(id);
        }
    }
    return made;
}

}  // namespace chatos::conformance
