#include "report/json_report.hpp"

#include <nlohmann/json.hpp>

namespace chatos::conformance {
namespace {

using json = nlohmann::ordered_json;

std::string_view direction_name(exchange_entry::direction which) {
    using direction = exchange_entry::direction;
    return which == direction::sent ? "sent" : which == direction::received ? "received" : "remark";
}

double milliseconds(moment time) {
    return std::chrono::duration<double, std::milli>(time).count();
}

json exchange_of(const scenario_report& report) {
    json entries = json::array();
    for (const exchange_entry& entry : report.outcome.exchange) {
        entries.push_back({{"ms", milliseconds(entry.when)},
                           {"actor", report.scenario->actors[entry.actor]},
                           {"direction", direction_name(entry.which)},
                           {"what", entry.text},
                           {"hex", entry.hex}});
        if (entry.which != exchange_entry::direction::remark) {
            entries.back()["offset"] = entry.offset;
        }
    }
    return entries;
}

json changes_of(const run_facts& facts) {
    if (!facts.changes) {
        return nullptr;
    }
    json object = {{"baseline", facts.changes->source},
                   {"choices", json::array()},
                   {"verdicts", json::array()},
                   {"added", facts.changes->added},
                   {"missing", facts.changes->missing}};
    for (const choice_change& change : facts.changes->choices) {
        object["choices"].push_back(
            {{"rule", change.rule}, {"before", change.before}, {"now", change.now}, {"scenarios", change.scenarios}});
    }
    for (const verdict_change& change : facts.changes->verdicts) {
        object["verdicts"].push_back({{"id", change.id}, {"before", change.before}, {"now", change.now}});
    }
    return object;
}

json causes_of(const run_facts& facts) {
    json causes = json::array();
    for (const cause& cause : facts.causes) {
        json scenarios = json::array();
        for (const scenario_report* effect : cause.effects) {
            scenarios.push_back(effect->scenario->id);
        }
        causes.push_back({{"rule", cause.rule},
                          {"begin_with", cause.begin_with().id},
                          {"scenarios", std::move(scenarios)},
                          {"why", cause.why},
                          {"hint", cause.hint}});
    }
    return causes;
}

json skipped_of(const suite_report& report) {
    json skipped = json::array();
    for (const skipped_scenario& each : report.skipped) {
        skipped.push_back({{"id", each.scenario->id}, {"reason", each.reason}});
    }
    return skipped;
}

/// Only where a scenario ran in more than one way.
void add_ways(json& object, const scenario_report& report) {
    if (report.variants.size() > 1 || report.orders.open != 0) {
        object["ways"] = json::array();
        for (const variant_result& each : report.variants) {
            object["ways"].push_back({{"segment", segmentation_name(each.segment)},
                                      {"schedule", each.order},
                                      {"verdict", verdict_name(each.verdict)},
                                      {"schedule_given_up", each.order_given_up}});
        }
    }
    if (report.orders.open != 0) {
        object["orders"] = {{"open", report.orders.open},
                            {"open_is_lower_bound", report.orders.open_is_bound},
                            {"ran", report.orders.ran},
                            {"given_up", report.orders.given_up}};
    }
}

json scenario_of(const scenario_report& report, const run_facts& facts) {
    json object = {
        {"id", report.scenario->id},
        {"title", report.scenario->title},
        {"since", report.scenario->since},
        {"rules", report.scenario->rules},
        {"verdict", verdict_name(report.verdict)},
        {"failed_rules", report.failed_rules},
        {"why", report.why},
        {"choices", report.outcome.choices},
        {"silences", {{"fenced", report.outcome.silences.fenced}, {"windowed", report.outcome.silences.windowed}}},
        {"ms", milliseconds(report.outcome.duration)}};
    if (report.outcome.failure) {
        object["expected"] = report.outcome.failure->expected;
        object["seen"] = report.outcome.failure->observed;
        object["seen_hex"] = report.outcome.failure->observed_hex;
        object["seen_offset"] = report.outcome.failure->observed_offset;
        object["expected_hex"] = report.outcome.failure->expected_hex;
        object["step"] = report.outcome.failure->pointer;
    }
    add_ways(object, report);
    if (report.fresh) {
        json left_by = json::array();
        for (const scenario* earlier : report.fresh->left_by) {
            left_by.push_back(earlier->id);
        }
        object["fresh_server"] = {
            {"passed", report.fresh->passed}, {"left_by", std::move(left_by)}, {"text", text_of(*report.fresh)}};
    }
    if (!report.hint.empty()) {
        object["hint"] = report.hint;
    }
    if (!report.why.empty()) {
        object["exchange"] = exchange_of(report);
        object["server_output"] = report.server_output;
    }
    if (const std::string capture = capture_path(report, facts); !capture.empty()) {
        object["capture"] = capture;
    }
    return object;
}

}  // namespace

void write_json_report(std::ostream& out, const suite_report& report, const run_facts& facts) {
    const silence_summary silences = silences_of(report);
    json document = {{"schema", 1},
                     {"tool", {{"name", "chatos-conformance"}, {"version", facts.tool_version}}},
                     {"suite_version", facts.suite_version},
                     {"implementation", report.implementation_name},
                     {"summary",
                      {{"passed", report.count(verdict::pass)},
                       {"failed", report.count(verdict::fail)},
                       {"warned", report.count(verdict::warn)},
                       {"not_testable", report.count(verdict::not_testable)},
                       {"unsupported", report.count(verdict::unsupported)},
                       {"known_failures", report.count(verdict::known_failure)},
                       {"stale", report.count(verdict::stale)},
                       {"skipped", report.skipped.size()}}},
                     {"silence",
                      {{"verdicts", silences.verdicts()},
                       {"by_fence", silences.by_fence},
                       {"by_window", silences.by_window},
                       {"fenced_percent", silences.fenced_percent()}}},
                     {"causes", causes_of(facts)},
                     {"scenarios", json::array()},
                     {"skipped", skipped_of(report)},
                     {"choices", report.choices},
                     {"changes", changes_of(facts)},
                     {"notes", report.notes},
                     {"gone", report.gone ? json(*report.gone) : json(nullptr)}};
    for (const scenario_report& result : report.scenarios) {
        document["scenarios"].push_back(scenario_of(result, facts));
    }
    // What a server printed need not be UTF-8.
    out << document.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
}

}  // namespace chatos::conformance
