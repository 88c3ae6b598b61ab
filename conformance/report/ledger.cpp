#include "report/ledger.hpp"

#include <algorithm>

namespace chatos::conformance {

std::vector<const known_fault*> faults_of(std::string_view rule_id) {
    std::vector<const known_fault*> found;
    for (const known_fault& one : known_faults()) {
        if (one.rule == rule_id) {
            found.push_back(&one);
        }
    }
    return found;
}

bool kills(const scenario& what, const known_fault& one) {
    return std::find(what.kills.begin(), what.kills.end(), one.name) != what.kills.end();
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

std::vector<ledger_line> make_ledger(std::span<const scenario> all) {
    std::vector<ledger_line> lines;
    for (const rule& one : all_rules()) {
        ledger_line line;
        line.what = &one;
        line.faults = faults_of(one.id);
        for (const scenario& candidate : all) {
            if (std::find(candidate.rules.begin(), candidate.rules.end(), one.id) != candidate.rules.end()) {
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
