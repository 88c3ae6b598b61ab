// Mutates streams of packets as packets: parses them by the table, edits a field or moves whole packets, and then makes
// the sizes right again, most of the time. So most mutants get past the framing, and the others are wrong in one place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::fuzz {

/// A mutator that knows nothing of packets, with the shape of libFuzzer's own: changes `bytes` bytes of `memory`, which
/// has room for `bytes_max`, and gives the new size.
using plain_mutator = std::size_t (*)(std::uint8_t* memory, std::size_t bytes, std::size_t bytes_max);

/// Changes the input that the first `bytes` bytes of `memory` hold: plan_bytes bytes of plan
/// (properties/decode_plan.hpp), then a stream of packets. Uses no more than memory.size() bytes and gives the new
/// size. `seed` alone decides what is done, apart from what `plain` does, which is asked now and then. Allocates
/// nothing.
[[nodiscard]] std::size_t mutate_packets(std::span<std::byte> memory, std::size_t bytes, std::uint32_t seed,
                                         plain_mutator plain);

}  // namespace chatos::fuzz
