// What the suite knows, for programs: `list --json` and `rules --json`.
#pragma once

#include "scenario/scenario.hpp"

#include <iosfwd>
#include <span>

namespace chatos::conformance {

/// Scenarios in the order given; report/list.schema.json.
void write_scenario_list(std::ostream& out, std::span<const scenario* const> scenarios);

/// Every rule with the scenarios of `all` that test it, its cells and the faults of the models that break it;
/// report/rules.schema.json.
void write_rule_list(std::ostream& out, std::span<const scenario> all);

}  // namespace chatos::conformance
