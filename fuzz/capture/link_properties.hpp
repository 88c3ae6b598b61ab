// What must hold when frames of any bytes are taken apart. The first byte of an input chooses the link type and whether
// checksums are verified; then come frames: a byte of size, a byte that says how many bytes the snap length cut, the
// frame.
#pragma once

#include "properties/verdict.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::fuzz {

/// The link type that a first byte chooses.
[[nodiscard]] std::uint16_t chosen_link_type(std::byte choice) noexcept;

/// Properties: `accounted`: each frame is opened, or counted once as skipped, fragments at the latest at the end.
/// `inside`: the payload is no longer than what was on the wire. `padding`: bytes behind a packet change nothing but
/// for packets whose length is left to the frame.
[[nodiscard]] verdict check_link(std::span<const std::byte> input);

}  // namespace chatos::fuzz
