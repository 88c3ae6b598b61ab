// A whole receive buffer at once: many packets from one run of bytes, into the caller's array. The fastest way in, and
// no less strict than decode(): what it gives is exactly what decode() gives packet by packet.
#pragma once

#include <chatos/decode.hpp>
#include <chatos/limits.hpp>
#include <chatos/packet.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos {

/// What decode_batch() made of a buffer.
struct [[nodiscard]] batch_result {
    std::size_t count{0};     ///< packets written to the front of the array
    std::size_t consumed{0};  ///< bytes of those packets
    /// What follows them: `complete` when the array is full and nobody has looked further; `incomplete` with `need`
    /// when more bytes must come (also when all bytes are used up); `malformed` with `error`.
    decode_status status{decode_status::incomplete};
    std::size_t need{0};   ///< incomplete: as in decode_result, in bytes, counted from the end of the input
    decode_error error{};  ///< malformed: with its offset from the start of the stream
};

/// Decodes packets from the front of `input` until `packets` is full, bytes are missing or one is malformed.
/// Gives exactly what decode() gives packet by packet, errors included. `base_offset` is the position of `input` in its
/// stream, in bytes. The views live as long as the bytes of `input`; the rest of `packets` is left in any state.
[[nodiscard]] batch_result decode_batch(std::span<const std::byte> input, std::span<packet_view> packets,
                                        const limits& bounds = {}, std::uint64_t base_offset = 0) noexcept;
/// Deleted: the packets would point into a temporary that dies before they can be read.
template <owning_temporary<std::span<const std::byte>> Bytes>
batch_result decode_batch(Bytes&& input, std::span<packet_view> packets, const limits& bounds = {},
                          std::uint64_t base_offset = 0) = delete;

}  // namespace chatos
