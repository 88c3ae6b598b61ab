// Decodes a whole receive buffer at once, into an array of the caller: the fastest way to decode, and as strict as
// decode(). The packets and errors are exactly those that decode() returns packet by packet.
#pragma once

#include <chatos/decode.hpp>
#include <chatos/limits.hpp>
#include <chatos/packet.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos {

/// The result of decode_batch().
struct [[nodiscard]] batch_result {
    std::size_t count{0};     ///< packets at the front of the array
    std::size_t consumed{0};  ///< bytes of those packets
    /// What follows them: `complete` if the array is full, and the input was not examined further; `incomplete` with
    /// `need` if more bytes are needed (also if all bytes were consumed); `malformed` with `error`.
    decode_status status{decode_status::incomplete};
    std::size_t need{0};   ///< incomplete: as in decode_result, in bytes, counted from the end of the input
    decode_error error{};  ///< malformed: its offset counts from the start of the stream
};

/// decode_batch() decodes packets from the front of `input` until `packets` is full, bytes are missing, or a packet is
/// malformed. `base_offset` is the position of `input` in its stream, in bytes. The views are valid as long as the
/// bytes of `input`; the elements of `packets` after `count` are unspecified. Thread-safe.
[[nodiscard]] batch_result decode_batch(std::span<const std::byte> input, std::span<packet_view> packets,
                                        const limits& bounds = {}, std::uint64_t base_offset = 0) noexcept;
/// Deleted: the packets would point into a temporary that is destroyed before they can be read.
template <owning_temporary<std::span<const std::byte>> Bytes>
batch_result decode_batch(Bytes&& input, std::span<packet_view> packets, const limits& bounds = {},
                          std::uint64_t base_offset = 0) = delete;

}  // namespace chatos
