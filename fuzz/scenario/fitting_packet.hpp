// Packets that fit what a scenario expects.
#pragma once

#include "runner/matching.hpp"
#include "scenario/scenario.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace chatos::fuzz {

/// The bytes of a packet that fits `pattern`; `bound` is what was remembered before, and what this packet adds. Nothing
/// if no packet of the default limits fits, or none is known: the text of a regular expression is only guessed.
[[nodiscard]] std::optional<std::vector<std::byte>> packet_that_fits(const conformance::packet_pattern& pattern,
                                                                     conformance::bindings& bound);

}  // namespace chatos::fuzz
