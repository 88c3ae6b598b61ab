// The steps of a scenario file.
#pragma once

#include "json/checked_reader.hpp"
#include "scenario/scenario.hpp"

#include <string>

namespace chatos::conformance {

/// Fills `scenario.steps` (id, rules, actors and names are known already); what is wrong goes to the place's problems.
/// A login becomes two steps, a send and an expect.
void read_steps(const json_place& place, scenario& scenario);

/// A rule that a step may blame: a known one and no CHOICE. Empty when it was refused.
[[nodiscard]] std::string read_blamed_rule(const json_place& place);

}  // namespace chatos::conformance
