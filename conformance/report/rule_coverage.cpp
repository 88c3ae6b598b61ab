#include "report/rule_coverage.hpp"

#include <algorithm>

namespace chatos::conformance {

std::vector<const known_fault*> faults_of(std::string_view rule_id) {
    std::vector<const known_fault*> result;
    for (const known_fault& fault : known_faults()) {
        if (fault.rule == rule_id) {
            result.push_back(&fault);
        }
    }
    return result;
}

bool kills(const scenario& scenario, const known_fault& fault) {
    return std::find(scenario.kills.begin(), scenario.kills.end(), fault.name) != scenario.kills.end();
}

std::string kill_text(std::size_t faults, std::size_t scenarios) {
    if (faults == 0) {
        return "";
    }
    return std::to_string(faults) +
           (faults == 1 ? " fault of the model breaks it, " : " faults of the model break it, ") +
           std::to_string(scenarios) + (scenarios == 1 ? " scenario" : " scenarios") +
           (faults == 1 ? " must catch it" : " must catch them");
}

std::vector<rule_coverage> make_rule_coverage(std::span<const scenario> all) {
    std::vector<rule_coverage> lines;
    for (const rule& rule : all_rules()) {
        rule_coverage line;
        line.rule = &rule;
        line.faults = faults_of(rule.id);
        for (const scenario& candidate : all) {
            if (std::find(candidate.rules.begin(), candidate.rules.end(), rule.id) != candidate.rules.end()) {
                line.tested_by.push_back(&candidate);
            }
            if (std::any_of(line.faults.begin(), line.faults.end(),
                            [&](const known_fault* broken) { return kills(candidate, *broken); })) {
                line.caught_by.push_back(&candidate);
            }
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace chatos::conformance
