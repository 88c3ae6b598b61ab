#include "report/ledger.hpp"

#include <algorithm>

namespace chatos::conformance {

std::vector<ledger_line> make_ledger(std::span<const scenario> all) {
    std::vector<ledger_line> lines;
    for (const rule& one : all_rules()) {
        ledger_line line;
        line.what = &one;
        for (const scenario& candidate : all) {
            if (std::find(candidate.rules.begin(), candidate.rules.end(), one.id) != candidate.rules.end()) {
                line.tested_by.push_back(&candidate);
            }
        }
        if (line.tested_by.empty()) {
            line.why_untested = untestable_reason(one.id);
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace chatos::conformance
