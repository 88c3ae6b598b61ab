// What must hold of the reassembler for any stream and anything that a network does to it. The first byte of an input
// is the size of the script behind it; the rest is the stream of a client. The script's first byte has flags (bit 0:
// one segment is lost; bit 1: the handshake was not captured); the others choose segments, their order and which come
// twice.
#pragma once

#include "properties/verdict.hpp"

#include <cstddef>
#include <span>

namespace chatos::fuzz {

/// Properties: `same`: any segmentation, order and repetition of the same bytes gives the records of the bytes in one
/// piece. `accounted`: every byte of the stream was input or is missing, and every byte of input is in one record.
[[nodiscard]] verdict check_reassembly(std::span<const std::byte> input);

}  // namespace chatos::fuzz
