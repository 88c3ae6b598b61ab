// Packets to bytes. Refuses whatever the decoder would refuse, so that nothing malformed can be sent by mistake.
#pragma once

#include <chatos/decode.hpp>
#include <chatos/limits.hpp>
#include <chatos/packet.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos {

/// How an attempt to encode ended.
enum class encode_status : std::uint8_t {
    ok,                ///< `size` bytes were written
    buffer_too_small,  ///< nothing was written; `size` bytes are needed
    refused,           ///< nothing was written; `why` and `where` say what the decoder would say
};

/// What encode() did, or why it did nothing.
struct [[nodiscard]] encode_result {
    encode_status status{encode_status::refused};  ///< which of the members below are set
    std::size_t size{0};                           ///< ok, buffer_too_small: bytes of the packet; refused: 0
    violation why{violation::none};                ///< refused: the rule that the packet would break
    field where{field::opcode};                    ///< refused: the field that would break it
};

/// Writes `packet` to the front of `output` as figures 1 to 6 draw it (WIRE-1 to WIRE-6), and no byte behind it.
/// Refuses what decode() with the same `bounds` would refuse (WIRE-7 to WIRE-14), before it looks at the size of
/// `output`, and for the same reason; only a string too long for a signed size (WIRE-11) is `size_over_limit` here.
/// Fields that the opcode does not have are ignored. Keeps no reference to either argument; they must not overlap.
[[nodiscard]] encode_result encode(const packet_view& packet, std::span<std::byte> output,
                                   const limits& bounds = {}) noexcept;

/// Bytes that `packet` takes on the wire, whether or not the encoder would accept it; 1 if no packet has its opcode.
[[nodiscard]] std::size_t encoded_size(const packet_view& packet) noexcept;

}  // namespace chatos
