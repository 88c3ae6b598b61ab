// Decodes a byte stream that comes in fragments of any size (WIRE-13), in storage that the caller owns.
#pragma once

#include <chatos/decode.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos {

/// Copies only what it must: a packet that lies whole in one fragment is decoded where it is; the start of one that
/// does not is kept in the storage until the rest has come.
class stream_decoder {
public:
    /// `storage` must outlive the decoder and hold at least packet_bytes_max(bounds) bytes (asserted).
    stream_decoder(std::span<std::byte> storage, const limits& bounds) noexcept;

    /// Takes bytes from the front of `input` (shortening it) up to the end of the next packet. `incomplete` means
    /// that all of `input` was taken and `need` more bytes bring the next decision. After `malformed` every call
    /// gives the same result and takes nothing. A packet's views point into the fragment or into the storage:
    /// they live until the next call, and no longer than the fragment.
    [[nodiscard]] decode_result next(std::span<const std::byte>& input) noexcept;

    /// Position in the stream of the first byte that belongs to no packet given out yet.
    [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }
    /// Bytes of an unfinished packet that are held in the storage; 0 at a packet boundary.
    [[nodiscard]] std::size_t buffered() const noexcept { return buffered_; }

private:
    decode_result start_packet(std::span<const std::byte>& input) noexcept;
    decode_result continue_packet(std::span<const std::byte>& input) noexcept;
    void take(std::span<const std::byte>& input, std::size_t bytes) noexcept;

    std::span<std::byte> storage_;
    limits bounds_;
    std::size_t buffered_{0};
    std::size_t need_{1};  // more bytes until the next decision; counts only while buffered_ != 0
    std::uint64_t offset_{0};
    decode_error error_{};
};

}  // namespace chatos
