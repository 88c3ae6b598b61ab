// Rule coverage: for each rule the scenarios that test it, and the faults of the models that break it.
#pragma once

#include "model/fault.hpp"
#include "rules/rule.hpp"
#include "scenario/scenario.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::conformance {

struct rule_coverage {
    const conformance::rule* rule{nullptr};
    std::vector<const scenario*> tested_by;  ///< in the order given
    std::vector<const known_fault*> faults;  ///< that break it
    std::vector<const scenario*> caught_by;  ///< those that must catch one of them, in the order given
};

/// The faults that break this rule.
[[nodiscard]] std::vector<const known_fault*> faults_of(std::string_view rule_id);
/// True when `what` must catch the fault.
[[nodiscard]] bool kills(const scenario& scenario, const known_fault& fault);
/// "3 faults of the model break it, 2 scenarios must catch them"; empty without a fault.
[[nodiscard]] std::string kill_text(std::size_t faults, std::size_t scenarios);

/// A line for each rule, in their order; points into `all`.
[[nodiscard]] std::vector<rule_coverage> make_rule_coverage(std::span<const scenario> all);

}  // namespace chatos::conformance
