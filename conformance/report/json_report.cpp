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

json exchange_of(const scenario_report& one) {
    json entries = json::array();
    for (const exchange_entry& entry : one.seen.exchange) {
        entries.push_back({{"ms", milliseconds(entry.when)},
                           {"actor", one.what->actors[entry.actor]},
                           {"direction", direction_name(entry.which)},
                           {"what", entry.what},
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
    json made = {{"baseline", facts.changes->source},
                 {"choices", json::array()},
                 {"verdicts", json::array()},
                 {"added", facts.changes->added},
                 {"missing", facts.changes->missing}};
    for (const choice_change& one : facts.changes->choices) {
        made["choices"].push_back(
            {{"rule", one.rule}, {"before", one.before}, {"now", one.now}, {"scenarios", one.scenarios}});
    }
    for (const verdict_change& one : facts.changes->verdicts) {
        made["verdicts"].push_back({{"id", one.id}, {"before", one.before}, {"now", one.now}});
    }
    return made;
}

/// Only where a scenario ran in more than one way.
void add_ways(json& made, const scenario_report& one) {
    if (one.ways.size() > 1 || one.orders.open != 0) {
        made["ways"] = json::array();
        for (const way_result& each : one.ways) {
            made["ways"].push_back({{"segment", segmentation_name(each.segment)},
                                    {"schedule", each.order},
                                    {"verdict", verdict_name(each.judged)},
                                    {"schedule_given_up", each.order_given_up}});
        }
    }
    if (one.orders.open != 0) {
        made["orders"] = {{"open", one.orders.open},
                          {"open_is_lower_bound", one.orders.open_is_bound},
                          {"ran", one.orders.ran},
                          {"given_up", one.orders.given_up}};
    }
}

json scenario_of(const scenario_report& one, const run_facts& facts) {
    json made = {{"id", one.what->id},
                 {"title", one.what->title},
                 {"rules", one.what->rules},
                 {"verdict", verdict_name(one.judged)},
                 {"failed_rules", one.failed_rules},
                 {"why", one.why},
                 {"choices", one.seen.choices},
                 {"silences", {{"fenced", one.seen.silences.fenced}, {"windowed", one.seen.silences.windowed}}},
                 {"ms", milliseconds(one.seen.duration)}};
    if (one.seen.failure) {
        made["expected"] = one.seen.failure->expected;
        made["seen"] = one.seen.failure->seen;
        made["seen_hex"] = one.seen.failure->seen_hex;
        made["seen_offset"] = one.seen.failure->seen_offset;
        made["expected_hex"] = one.seen.failure->expected_hex;
        made["step"] = one.seen.failure->pointer;
    }
    add_ways(made, one);
    if (!one.hint.empty()) {
        made["hint"] = one.hint;
    }
    if (!one.why.empty()) {
        made["exchange"] = exchange_of(one);
        made["server_output"] = one.server_output;
    }
    if (const std::string capture = capture_path(one, facts); !capture.empty()) {
        made["capture"] = capture;
    }
    return made;
}

}  // namespace

void write_json_report(std::ostream& out, const suite_report& report, const run_facts& facts) {
    const silence_summary silences = silences_of(report);
    json made = {{"schema", 1},
                 {"tool", {{"name", "chatos-conformance"}, {"version", facts.tool_version}}},
                 {"implementation", report.implementation_name},
                 {"summary",
                  {{"passed", report.count(verdict::pass)},
                   {"failed", report.count(verdict::fail)},
                   {"warned", report.count(verdict::warn)},
                   {"not_testable", report.count(verdict::not_testable)},
                   {"unsupported", report.count(verdict::unsupported)},
                   {"known_failures", report.count(verdict::known_failure)},
                   {"stale", report.count(verdict::stale)}}},
                 {"silence",
                  {{"verdicts", silences.verdicts()},
                   {"by_fence", silences.by_fence},
                   {"by_window", silences.by_window},
                   {"fenced_percent", silences.fenced_percent()}}},
                 {"scenarios", json::array()},
                 {"choices", report.choices},
                 {"changes", changes_of(facts)},
                 {"notes", report.notes},
                 {"gone", report.gone ? json(*report.gone) : json(nullptr)}};
    for (const scenario_report& one : report.scenarios) {
        made["scenarios"].push_back(scenario_of(one, facts));
    }
    // What a server printed need not be UTF-8.
    out << made.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
}

}  // namespace chatos::conformance
