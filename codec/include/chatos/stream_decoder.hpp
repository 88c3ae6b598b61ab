// Decodes a byte stream that comes in fragments of any size (WIRE-13), in storage that the caller owns.
#pragma once

#include <chatos/decode.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos {

/// Copies only what it must: a packet that lies whole in one fragment is decoded where it is; the start of one that
/// does not is kept in the storage until the rest has come. One thread at a
/// time.
class stream_decoder {
public:
    /// `storage` must outlive the decoder and hold at least packet_bytes_max(bounds) bytes (asserted). `bounds` are in
    /// bytes (WIRE-14).
    stream_decoder(std::span<std::byte> storage, const limits& bounds) noexcept;

    /// Deleted: both would write to one storage.
    stream_decoder(const stream_decoder&) = delete;
    /// Deleted, for the same reason.
    stream_decoder& operator=(const stream_decoder&) = delete;
    /// Takes over the storage and what it holds; of the other one only destruction and assignment are left.
    stream_decoder(stream_decoder&&) noexcept = default;
    /// Takes over as the constructor does; what this one held is forgotten.
    stream_decoder& operator=(stream_decoder&&) noexcept = default;
    /// Leaves the storage as it is; it is the caller's.
    ~stream_decoder() = default;

    /// Takes bytes from the front of `input` (shortening it) up to the end of the next packet. `incomplete` means
    /// that all of `input` was taken and `need` more bytes bring the next decision. After `malformed` every call
    /// gives the same result and takes nothing. A packet's views point into the fragment or into the storage:
    /// they live until the next call, and no longer than the fragment. Offsets of errors count from the start of the
    /// stream (ERR-1).
    [[nodiscard]] decode_result next(std::span<const std::byte>& input) noexcept;
    /// Deleted: without a name for the input nobody could go on with what was not taken, and the packet would point
    /// into whatever dies with a temporary container.
    decode_result next(std::span<const std::byte>&& input) = delete;

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
