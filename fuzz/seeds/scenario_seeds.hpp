// Packets as they stand in the built-in scenarios: what each connection sends, and what it expects.
#pragma once

#include "seeds/seed.hpp"

#include <string_view>
#include <vector>

namespace chatos::fuzz {

/// What the names of these seeds start with.
inline constexpr std::string_view scenario_seed_prefix = "scenario_";

/// An input of the packets' form (properties/decode_plan.hpp) for each connection and direction; no two are equal.
/// There are hundreds, so that minimise.py chooses those that become files.
[[nodiscard]] std::vector<seed> make_scenario_seeds();

}  // namespace chatos::fuzz
