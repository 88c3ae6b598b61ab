// What must hold of encode() for any value of a packet, legal or not.
#pragma once

#include "properties/decode_plan.hpp"
#include "properties/verdict.hpp"

#include <chatos/packet.hpp>

#include <cstddef>
#include <span>

namespace chatos::fuzz {

/// What an input of the harness stands for. Its first four bytes: the choice of limits (low three bits) and of the
/// buffer's size (the others); the opcode; the error code; the bytes of the pseudo. Then the pseudo, then the message.
struct encode_plan {
    limits bounds{};
    packet_view packet{};
    std::ptrdiff_t spare_bytes{0};  ///< of the buffer; negative: so many are missing
};

/// Bytes in front of the texts.
inline constexpr std::size_t encode_plan_bytes = 4;

/// The plan that `input` stands for; bytes that are missing are 0.
[[nodiscard]] encode_plan encode_plan_of(std::span<const std::byte> input) noexcept;

/// For one input of the harness. "encode": the value is refused just as the naive decoder refuses its bytes, and
/// nothing is written; or its bytes, and no others, are written where they fit. "decodes": the decoder gives the value
/// back. "names": what is refused, and the packet, have the names that reports print. "allocation": nothing is
/// allocated.
[[nodiscard]] verdict check_encode(std::span<const std::byte> input);

}  // namespace chatos::fuzz
