// What the harnesses that read packets start from: inputs made from packet values, each named by what it shows, and a
// dictionary made from the table of packets.
#pragma once

#include "seeds/seed.hpp"

#include <string>
#include <vector>

namespace chatos::fuzz {

/// Plan and stream, see properties/decode_plan.hpp.
[[nodiscard]] std::vector<seed> make_packet_seeds();

/// Opcodes, sizes next to every limit, UTF-8 next to every boundary; in libFuzzer's format.
[[nodiscard]] std::string make_packet_dictionary();

}  // namespace chatos::fuzz
