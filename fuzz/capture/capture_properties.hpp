// What must hold of chatos-dump for any capture file, however it comes in. The first byte of an input chooses the
// pieces in which the file is read; the rest is the file.
#pragma once

#include "properties/verdict.hpp"

#include <cstddef>
#include <span>

namespace chatos::fuzz {

/// Properties: `pieces`: frames and problem do not depend on how the file is read. `bounded`: no frame is larger than
/// frames may be, or than it was on the wire. `accounted`: frames = decoded + skipped, and every byte that was given to
/// the decoder is in a packet or in an event. `lines`: the output is whole lines without control characters.
[[nodiscard]] verdict check_capture(std::span<const std::byte> input);

}  // namespace chatos::fuzz
