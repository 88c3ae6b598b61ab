// What one connection of a conversation does, as steps in an order in which both of its directions keep theirs.
#pragma once

#include "dump/scenario/causes.hpp"
#include "dump/scenario/scenario_plan.hpp"

#include <cstddef>
#include <vector>

namespace chatos::dump {

using step_list = std::vector<planned_step>;

/// `one` must outlive the steps; `actor` is its place in the conversation.
[[nodiscard]] step_list steps_of(const conformance::connection& traced, std::size_t actor, const causes& known);

}  // namespace chatos::dump
