// The ledger: for each rule the scenarios that test it, or why none can.
#pragma once

#include "rules/rule.hpp"
#include "scenario/scenario.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace chatos::conformance {

struct ledger_line {
    const rule* what{nullptr};
    std::vector<const scenario*> tested_by;  ///< in the order given
    std::string_view why_untested;           ///< empty when something tests it
};

/// A line for each rule, in their order; points into `all`.
[[nodiscard]] std::vector<ledger_line> make_ledger(std::span<const scenario> all);

}  // namespace chatos::conformance
