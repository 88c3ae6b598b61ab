// Decodes a byte stream that arrives in fragments of any size (WIRE-13), with storage that the caller owns.
#pragma once

#include <chatos/decode.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos {

/// A packet that lies in one fragment is decoded in place; only a packet that is split
/// across fragments is copied to the storage. Not thread-safe: use a stream_decoder from
/// one thread at a time.
class stream_decoder {
public:
    /// `storage` must outlive the decoder and hold at least packet_bytes_max(bounds) bytes (asserted). `bounds` are in
    /// bytes (WIRE-14).
    stream_decoder(std::span<std::byte> storage, const limits& bounds) noexcept;

    /// Deleted: both decoders would write to the same storage.
    stream_decoder(const stream_decoder&) = delete;
    /// Deleted for the same reason.
    stream_decoder& operator=(const stream_decoder&) = delete;
    /// Takes over the storage and its content; the other decoder may then only be destroyed or assigned to.
    stream_decoder(stream_decoder&&) noexcept = default;
    /// Takes over as the move constructor does; this decoder's own state is discarded.
    stream_decoder& operator=(stream_decoder&&) noexcept = default;
    /// Leaves the storage unchanged.
    ~stream_decoder() = default;

    /// next() removes bytes from the front of `input`, up to the end of the next packet. `incomplete` means that all of
    /// `input` was consumed and that the next decision needs `need` more bytes. After `malformed` every call returns
    /// the same result and consumes nothing. The views of a packet point into the fragment or the storage: they are
    /// valid until the next call, and no longer than the fragment. Offsets of errors count from the start of the stream
    /// (ERR-1).
    [[nodiscard]] decode_result next(std::span<const std::byte>& input) noexcept;
    /// Deleted: the remaining input would be lost, and the packet could point into a temporary
    /// that is destroyed.
    decode_result next(std::span<const std::byte>&& input) = delete;

    /// Position in the stream of the first byte after the last packet that next() returned.
    [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }
    /// Bytes of an incomplete packet in the storage; 0 at a packet boundary.
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
