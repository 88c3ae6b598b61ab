// Whether every way into the codec says what the naive decoder says, which shares no line with it.
#pragma once

#include "properties/verdict.hpp"

#include <cstddef>
#include <span>

namespace chatos::fuzz {

/// For one input of the harness (see decode_plan.hpp). "decode": decode() agrees, packet by packet, views included.
/// "batch": so does decode_batch() with every kernel that this CPU can run, for an array whose size the plan's split
/// choice says. "allocation": neither allocates.
[[nodiscard]] verdict check_differential(std::span<const std::byte> input);

}  // namespace chatos::fuzz
