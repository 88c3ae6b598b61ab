// One direction of one stream: bytes in fragments of any size go in, records come out. It holds no more than the
// packet that is unfinished, whatever the length of the stream.
#pragma once

#include "dump/record/capture_position.hpp"
#include "dump/record/record.hpp"

#include <chatos/limits.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace chatos::dump {

/// Differs from chatos::stream_decoder in what a dump needs: the bytes of each packet beside its fields, the bytes
/// around an error, and storage that grows only with the packets that are really there, so that a user may raise the
/// limits to the largest sizes of the wire.
class stream_reader {
public:
    /// A malformed_record extends so many bytes past the position of the error.
    static constexpr std::size_t context_bytes = 16;

    stream_reader(std::uint32_t stream, stream_direction direction, const limits& bounds, record_sink& sink,
                  totals& account);
    /// For a stream of a capture: records carry `place`, which is kept up to date by the caller and outlives the
    /// reader. Does not count as a stream of its own.
    stream_reader(std::uint32_t stream, stream_direction direction, const limits& bounds, record_sink& sink,
                  totals& account, const capture_position& place);

    /// Takes the next bytes of the stream. What they complete is given to the sink before the call returns.
    void take(std::span<const std::byte> fragment);
    /// The stream has ended; called once, after the last take().
    void end();

    /// Whether, from now on, a malformed packet and the bytes after it are kept until take_failed_packet() is called,
    /// instead of being reported as lost.
    void keep_failed(bool wanted) noexcept { keeps_failed_ = wanted; }
    struct failed_packet_bytes {
        decode_error error;
        std::uint64_t offset;  ///< of the first byte
        std::vector<std::byte> bytes;
    };
    /// After has_failed(), where such bytes are kept: forgets the error and the bytes, as if they had never been taken.
    [[nodiscard]] failed_packet_bytes take_failed_packet();

    /// Forgets the unfinished packet, because bytes are missing in it, or after it; returns its bytes that were there.
    /// The next byte to come has this offset.
    std::size_t abandon(std::uint64_t offset) noexcept;
    /// How many bytes the unfinished packet has in all, as soon as its sizes say so; 0 before, and between packets.
    [[nodiscard]] std::uint64_t unfinished_packet_bytes() const noexcept;
    /// Offset of the first byte that belongs to no packet given out.
    [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }
    /// True after a malformed packet.
    [[nodiscard]] bool has_failed() const noexcept { return error_.has_value(); }

    /// Bytes that are kept between calls: at most one packet and the context of an error.
    [[nodiscard]] std::size_t held_bytes() const noexcept { return held_.size(); }

private:
    [[nodiscard]] stream_position position() const noexcept {
        return {stream_, direction_, offset_, capture_position_};
    }
    [[nodiscard]] malformed_record malformed() const noexcept;
    void take_held(std::span<const std::byte>& fragment);
    void take_whole(std::span<const std::byte>& fragment);
    void give(const any_record& record, packet_record& packet);
    void discard(std::span<const std::byte> fragment);
    void fail(const decode_error& error);
    void forget_held() noexcept;

    std::uint32_t stream_;
    stream_direction direction_;
    limits bounds_;
    record_sink* sink_;
    totals* account_;
    const capture_position* capture_position_{nullptr};
    std::shared_ptr<const capture_position> error_position_;  // as it was when the stream became malformed
    std::vector<std::byte> held_;                             // start of the unfinished or the malformed packet
    std::size_t need_{1};
    std::uint64_t offset_{0};  // of the first byte that belongs to no packet given out
    std::optional<decode_error> error_;
    std::uint64_t lost_bytes_{0};
    bool malformed_shown_{false};
    bool keeps_failed_{false};
};

}  // namespace chatos::dump
