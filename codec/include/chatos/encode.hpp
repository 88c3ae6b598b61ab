// Encodes packets into bytes. Refuses what the decoder would refuse, so that no malformed packet is sent by mistake.
#pragma once

#include <chatos/decode.hpp>
#include <chatos/limits.hpp>
#include <chatos/packet.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos {

/// The outcome of an attempt to encode.
enum class encode_status : std::uint8_t {
    ok,                ///< `size` bytes were written
    buffer_too_small,  ///< nothing was written; `size` bytes are needed
    refused,           ///< nothing was written; `why` and `where` are what the decoder would report
};

/// The result of encode().
struct [[nodiscard]] encode_result {
    encode_status status{encode_status::refused};  ///< which of the following members are set
    std::size_t size{0};                           ///< ok, buffer_too_small: bytes of the packet; refused: 0
    violation why{violation::none};                ///< refused: the rule that the packet would violate
    field where{field::opcode};                    ///< refused: the field that would violate it
};

/// encode() writes `packet` to the front of `output` (WIRE-1 to WIRE-6, figures 1 to 6), and no byte after it. It
/// refuses what decode() with the same `bounds` would refuse (WIRE-7 to WIRE-14), for the same reason and regardless of
/// the size of `output`; except that a string too long for a signed size (WIRE-11) is `size_over_limit` here. Fields
/// that the opcode does not have are ignored. Keeps no reference to its arguments, which must not overlap. Thread-safe.
[[nodiscard]] encode_result encode(const packet_view& packet, std::span<std::byte> output,
                                   const limits& bounds = {}) noexcept;

/// Size of `packet` on the wire, in bytes, whether or not encode() would accept it; 1 if its opcode is unknown.
[[nodiscard]] std::size_t encoded_size(const packet_view& packet) noexcept;

}  // namespace chatos
