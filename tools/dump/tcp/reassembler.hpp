// One direction of one TCP connection: segments in any order, cut, repeated or missing, become bytes in order and
// reports about missing ones. Knows no addresses, no packets and no output.
#pragma once

#include "dump/tcp/byte_history.hpp"
#include "dump/tcp/frame_mark.hpp"
#include "dump/tcp/held_segments.hpp"
#include "dump/tcp/memory_budget.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace chatos::dump {

/// Why bytes are missing.
enum class gap_cause : std::uint8_t {
    lost,         ///< no frame had them
    header_cut,   ///< a frame had them, and the snap length cut it within its headers
    payload_cut,  ///< a frame had them, and the snap length cut it after its headers
};

/// Why captured bytes are not given out, and were not known before.
enum class discard_cause : std::uint8_t {
    outside,       ///< at sequence numbers far from any that can be meant
    before_start,  ///< before the first byte
    after_end,     ///< after the place where the sender ended
};

/// Takes what a reassembler gives. Offsets count from the first byte of the direction.
class byte_receiver : public conflict_listener {
public:
    /// Before anything else. `is_midstream`: no handshake was seen, and the first byte is only the first one seen.
    virtual void began(bool is_midstream) = 0;
    /// The next bytes; they live until the call returns.
    virtual void bytes(std::uint64_t offset, std::span<const std::byte> bytes, const frame_mark& mark) = 0;
    /// The next `count` bytes are not there. `mark` is of the frame that shows it: the cut one, or the next one that
    /// has bytes; null where the stream ends without them.
    virtual void missing(std::uint64_t offset, std::uint64_t count, gap_cause cause, const frame_mark* mark) = 0;
    /// `count` bytes of the frame with `mark` were captured, and have no place in the direction, which is at `offset`.
    virtual void discarded(std::uint64_t offset, std::uint64_t count, discard_cause cause, const frame_mark& mark) = 0;
    /// The sender has ended its side, and everything before that has been given.
    virtual void ended() = 0;

protected:
    ~byte_receiver() = default;
};

/// Bytes that a reassembler does not give out, by why; frames they came in are decoded all the same.
struct reassembly_counts {
    std::uint64_t repeated_bytes{0};   ///< known before: retransmissions, keep-alive bytes
    std::uint64_t outside_bytes{0};    ///< at sequence numbers that cannot be meant, or before the first byte
    std::uint64_t after_end_bytes{0};  ///< after a FIN or RST, or in a RST
    std::uint64_t missing_bytes{0};    ///< reported missing
};

/// A segment, as far as one direction cares.
struct stream_segment {
    std::uint32_t sequence{0};
    std::span<const std::byte> payload{};
    std::uint32_t payload_bytes{0};  ///< on the wire; more than there are in `payload` when it was cut
    bool header_was_cut{false};      ///< then `payload` is empty, and payload_bytes 0 stands for unknown
    bool is_syn{false};
    bool is_fin{false};
    frame_mark mark{};
};

class reassembler {
public:
    /// Bounds of what waits for missing bytes. When they are reached the missing bytes are given up.
    static constexpr std::size_t held_bytes_max = 262'144;
    static constexpr std::size_t held_segments_max = 1024;
    /// Bounds of what waits at the start where no handshake was seen, so that segments that changed places are put
    /// back.
    static constexpr std::size_t start_bytes_max = 32'768;
    static constexpr std::size_t start_segments_max = 8;
    /// Missing bytes that the other side has acknowledged are given up when so many segments have come since.
    static constexpr std::size_t acknowledged_segments_max = 32;
    /// Farther from the expected sequence number than this lies nothing that belongs to the stream.
    static constexpr std::int64_t reach_bytes = 64 << 20;

    reassembler(memory_budget& budget, reassembly_counts& counts) noexcept
        : counts_{&counts}, held_{budget}, history_{budget} {}

    void take(const stream_segment& segment, byte_receiver& receiver);
    /// The other side has acknowledged everything before `sequence`.
    void acknowledged(std::uint32_t sequence, byte_receiver& receiver);
    /// Forgets what was acknowledged before anything of this direction was seen: another connection is meant.
    [[nodiscard]] std::optional<std::uint32_t> acknowledged_early() const noexcept { return early_acknowledgement_; }
    void forget_early_acknowledgement() noexcept { early_acknowledgement_.reset(); }
    /// The next byte has this sequence number, as the other side says in its part of the handshake.
    void begin_at(std::uint32_t sequence, byte_receiver& receiver);
    /// Of a direction of which no byte was seen: the next byte has this sequence number, and not the one told before.
    void begin_again_at(std::uint32_t sequence) noexcept;
    /// The sender may have stopped at `sequence` (RST): what comes after that waits until the other side acknowledges
    /// some of it, which proves that it did not take the reset, or until cut_off().
    void hold_back_from(std::uint32_t sequence, byte_receiver& receiver);
    /// Whether something would wait, or waits, after hold_back_from().
    [[nodiscard]] bool is_holding_back() const noexcept { return held_back_from_ != INT64_MAX; }
    /// What follows hold_back_from() belongs to the stream after all.
    void let_go(byte_receiver& receiver);
    /// Nothing that follows hold_back_from() belongs to the stream: ends it.
    void cut_off(byte_receiver& receiver);
    /// No more segments will come: gives out all that is held, and what is missing before it.
    void finish(byte_receiver& receiver);
    /// Gives up everything that waits for missing bytes, and the history: memory is needed elsewhere.
    void release(byte_receiver& receiver);

    [[nodiscard]] bool has_begun() const noexcept { return state_ == state::running || state_ == state::ended; }
    [[nodiscard]] bool has_ended() const noexcept { return state_ == state::ended; }
    /// Whether this is the sequence number of the SYN with which the direction began.
    [[nodiscard]] bool began_with(std::uint32_t sequence) const noexcept {
        return has_begun() && sequence + 1 == origin_sequence_;
    }
    /// The offset of a sequence number, nearest to the next byte.
    [[nodiscard]] std::int64_t offset_of(std::uint32_t sequence) const noexcept;
    /// Whether nothing at this sequence number can be of the direction, which has begun.
    [[nodiscard]] bool is_far(std::uint32_t sequence) const noexcept {
        const std::int64_t distance = offset_of(sequence) - next_;
        return has_begun() && (distance > reach_bytes || distance < -reach_bytes);
    }
    [[nodiscard]] std::int64_t next_offset() const noexcept { return next_; }
    /// The end of everything that was seen.
    [[nodiscard]] std::int64_t seen_end() const noexcept {
        return held_.is_empty() ? next_ : std::max(next_, held_.back_end());
    }
    /// How far the other side has acknowledged; far below any offset when not at all.
    [[nodiscard]] std::int64_t acknowledged_offset() const noexcept { return acknowledged_; }
    /// Whether the sender's FIN was seen.
    [[nodiscard]] bool has_seen_end() const noexcept { return end_.has_value(); }
    /// How much the other side has acknowledged past the last byte delivered.
    [[nodiscard]] std::uint64_t acknowledged_unseen() const noexcept {
        return static_cast<std::uint64_t>(std::max<std::int64_t>(acknowledged_ - next_, 0));
    }
    [[nodiscard]] std::size_t held_bytes() const noexcept { return held_.bytes(); }
    [[nodiscard]] std::size_t history_bytes() const noexcept { return history_.held_bytes(); }

private:
    /// waiting: nothing seen; starting: segments are held until it is clear which one is first.
    enum class state : std::uint8_t { waiting, starting, running, ended };

    static constexpr std::int64_t nothing_acknowledged = INT64_MIN / 2;  // far from where offsets can be

    void take_early_acknowledgement() noexcept;
    void discard(std::int64_t offset, std::size_t count, discard_cause cause, const frame_mark& mark,
                 byte_receiver& receiver);
    void discard_held(byte_receiver& receiver);
    [[nodiscard]] bool is_held_back(const stream_part& part) const noexcept {
        return part.end() + part.cut_bytes > held_back_from_;
    }
    void start(std::int64_t origin, bool is_midstream, byte_receiver& receiver);
    void start_at_lowest(byte_receiver& receiver);
    // These change the part in place: a copy of what has just been written makes the processor wait.
    void accept(stream_part& part, byte_receiver& receiver);
    void drop_known(stream_part& part, byte_receiver& receiver);
    void drop_bytes_after_end(stream_part& part, byte_receiver& receiver);
    void deliver(const stream_part& part, byte_receiver& receiver);
    void miss(std::int64_t until, gap_cause cause, const frame_mark* mark, byte_receiver& receiver);
    void drain(byte_receiver& receiver);
    void give_up_hole(byte_receiver& receiver);
    void end_when_due(byte_receiver& receiver);

    reassembly_counts* counts_;
    held_segments held_;
    byte_history history_;
    std::uint32_t origin_sequence_{0};  // of offset 0
    state state_{state::waiting};
    std::int64_t next_{0};
    std::int64_t acknowledged_{nothing_acknowledged};
    std::int64_t held_back_from_{INT64_MAX};
    std::optional<std::uint32_t> early_acknowledgement_;  // while waiting
    std::optional<std::int64_t> end_;                     // where the sender ended its side
    std::optional<std::int64_t> cut_header_;              // of a segment of unknown length
    std::size_t segments_since_hole_{0};
};

}  // namespace chatos::dump
