#include "report/written_profile.hpp"

#include "json/json_writer.hpp"
#include "scenario/scenario_pattern.hpp"

#include <algorithm>
#include <cassert>

namespace chatos::conformance {
namespace {

constexpr std::size_t reason_bytes_max = 300;

json_value empty(json_kind kind) {
    json_value value;
    value.kind = kind;
    return value;
}

json_value entry_of(const known_failure& known) {
    json_value entry = empty(json_kind::object);
    if (!known.scenario.empty()) {
        set_member(entry, "scenario", json_of(known.scenario));
    }
    if (!known.rule.empty()) {
        set_member(entry, "rule", json_of(known.rule));
    }
    set_member(entry, "reason", json_of(known.reason));
    return entry;
}

bool is_stale(const known_failure& known, const suite_report& report) {
    return std::any_of(report.scenarios.begin(), report.scenarios.end(), [&](const scenario_report& result) {
        const auto& kept = result.evidence.kept;
        return result.verdict == verdict::stale && kept && kept->rule == known.rule && kept->scenario == known.scenario;
    });
}

/// "PM-4: expected: ...", on one line.
std::string reason_of(const scenario_report& result) {
    std::string reason;
    for (const std::string& rule : result.failed_rules) {
        reason += (reason.empty() ? "" : ", ") + rule;
    }
    reason += (reason.empty() ? "" : ": ") + result.why;
    if (reason.size() > reason_bytes_max) {
        std::size_t cut = reason_bytes_max;
        while (cut != 0 && (static_cast<unsigned char>(reason[cut]) & 0xC0U) == 0x80U) {
            --cut;
        }
        reason = reason.substr(0, cut) + "...";
    }
    return reason.empty() ? std::string{verdict_name(result.verdict)} : reason;
}

}  // namespace

std::string profile_with_known_failures(const std::string& original, const std::vector<known_failure>& known,
                                        const suite_report& report) {
    auto parsed = parse_json(original);
    assert(std::holds_alternative<json_value>(parsed) && "it was loaded from this text");
    json_value& document = std::get<json_value>(parsed);
    json_value list = empty(json_kind::array);
    for (const known_failure& entry : known) {
        if (!is_stale(entry, report)) {
            list.items.push_back(entry_of(entry));
        }
    }
    std::vector<const scenario_report*> failed;
    for (const scenario_report& result : report.scenarios) {
        if (result.verdict == verdict::fail) {
            failed.push_back(&result);
        }
    }
    // Whatever order they ran in.
    std::sort(failed.begin(), failed.end(),
              [](const auto* left, const auto* right) { return left->scenario->id < right->scenario->id; });
    for (const scenario_report* result : failed) {
        list.items.push_back(entry_of({"", reason_of(*result), result->scenario->id}));
    }
    set_member(document, "known_failures", std::move(list));
    return json_text(document) + '\n';
}

std::string new_profile(const std::string& name, const std::vector<std::string>& command) {
    json_value document = empty(json_kind::object);
    json_value schema = empty(json_kind::integer);
    schema.integer = 1;
    set_member(document, "schema", std::move(schema));
    set_member(document, "name", json_of(name));
    if (!command.empty()) {
        json_value words = empty(json_kind::array);
        for (const std::string& word : command) {
            words.items.push_back(json_of(word));
        }
        set_member(document, "command", std::move(words));
    }
    return json_text(document);
}

}  // namespace chatos::conformance
