// A shorter list of operations that fails in the same way (delta debugging).
#pragma once

#include "simulation/operation.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace chatos::core::simulation {

/// Whether a list still fails in the same way. Must be deterministic.
using still_fails = std::function<bool(std::span<const operation>)>;

/// Leaves out runs of operations, long ones first, then makes the fields of the remaining ones smaller, until nothing
/// can be left out or `tries_max` lists were tried. `list` itself must fail.
[[nodiscard]] std::vector<operation> shrink(std::vector<operation> list, const still_fails& fails,
                                            std::uint32_t tries_max = 5'000);

}  // namespace chatos::core::simulation
