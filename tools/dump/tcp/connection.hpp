// One TCP connection: two directions, and what each reveals of the other.
#pragma once

#include "dump/link/tcp_segment.hpp"
#include "dump/record/capture_position.hpp"
#include "dump/record/record.hpp"
#include "dump/tcp/number_fit.hpp"
#include "dump/tcp/packet_stream.hpp"
#include "dump/tcp/reassembler.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace chatos::dump {

class connection {
public:
    connection(std::uint32_t stream, const stream_endpoints& endpoints, capture_context& context,
               reassembly_counts& counts);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection() = default;

    /// Whether the segment, which has a SYN, cannot be part of the handshake of this connection.
    [[nodiscard]] bool is_contradicted_by(stream_direction direction, const tcp_segment& segment) const noexcept;
    /// How the numbers of a segment fit what was seen of this connection.
    [[nodiscard]] number_fit fit_of(stream_direction direction, const tcp_segment& segment) const noexcept;
    /// Whether a segment of a direction of which nothing was seen answers the other direction.
    [[nodiscard]] bool is_answered_by(stream_direction direction, const tcp_segment& segment) const noexcept;
    /// Takes the next segment; context.now says which frame it came in.
    void take(stream_direction direction, const tcp_segment& segment);
    /// The direction begins elsewhere than its SYN said, if nothing of it was given out yet.
    void begin_again(stream_direction direction, std::uint32_t sequence);
    /// No answer to a reset has come: it ended the connection.
    void settle_resets();
    /// Nothing more will come.
    void finish();
    /// Drops what it holds in memory, and reports that.
    void release();
    /// Reports that it is evicted, unless both sides have ended.
    void report_evicted();

    /// A segment is held until it is known whether it is of this connection.
    void note_held_segment() { tell_completeness(true); }
    /// Reports an event of a direction, at its end so far, that does not come from its bytes.
    void report(stream_direction direction, event_kind kind, std::uint64_t bytes, std::string_view cause);

    [[nodiscard]] bool was_seen(stream_direction direction) const noexcept { return sender(direction).was_seen; }
    [[nodiscard]] bool has_bytes(stream_direction direction) const noexcept {
        return sender(direction).bytes.seen_end() != 0;
    }
    /// Whether the sequence number is that of a byte that was seen, or of the next one.
    [[nodiscard]] bool has_sequence(stream_direction direction, std::uint32_t sequence) const noexcept;
    /// Whether the sequence number is too far from those of the direction to be of it.
    [[nodiscard]] bool is_far(stream_direction direction, std::uint32_t sequence) const noexcept {
        return sender(direction).bytes.is_far(sequence);
    }
    [[nodiscard]] bool has_begun(stream_direction direction) const noexcept {
        return sender(direction).bytes.has_begun();
    }
    [[nodiscard]] bool has_pending_reset() const noexcept { return sides_[0].reset || sides_[1].reset; }
    /// Whether both sides, or the one of which anything was seen, have ended: a SYN can only open another connection.
    [[nodiscard]] bool is_over() const noexcept;
    [[nodiscard]] const stream_endpoints& endpoints() const noexcept { return endpoints_; }
    [[nodiscard]] std::uint32_t stream() const noexcept { return stream_; }

private:
    /// A reset counts when it is settled: the other side may not have taken it for valid, and continue.
    struct pending_reset {
        std::int64_t offset{0};
        bool has_place{false};  ///< of a direction of which anything else was seen
        frame_mark mark{};
    };

    struct side {
        side(std::uint32_t stream, stream_direction direction, const stream_endpoints& endpoints,
             capture_context& context, reassembly_counts& counts)
            : bytes{context.budget, counts}, packets{stream, direction, endpoints, context} {}

        reassembler bytes;
        packet_stream packets;
        std::uint32_t window{65'535};  ///< what this side last offered to receive, scaled
        std::optional<std::uint8_t> window_shift;
        bool was_seen{false};
        bool opened{false};           ///< its SYN was seen
        bool has_options{false};      ///< and the options in it
        bool lacks_syn{false};        ///< only the answer to its SYN was seen, and no byte so far
        bool was_answered{false};     ///< while it lacked its SYN
        std::uint32_t newest_end{0};  ///< the sequence number after the newest segment
        capture_time newest_time{};   ///< of the last frame with that number; no digits: none yet
        std::optional<pending_reset> reset;
        bool was_reset{false};
        bool history_evicted{false};
        bool end_reported{false};
        bool is_incomplete{false};  ///< as the listener was told
    };

    [[nodiscard]] side& sender(stream_direction direction) noexcept {
        return sides_[static_cast<std::size_t>(direction)];
    }
    [[nodiscard]] const side& sender(stream_direction direction) const noexcept {
        return sides_[static_cast<std::size_t>(direction)];
    }
    void take_segment(stream_direction direction, const tcp_segment& segment);
    void tell_completeness(bool is_held);
    void report_ends(bool is_finished);
    void take_reset(stream_direction direction, const tcp_segment& segment);
    [[nodiscard]] bool is_valid_reset(stream_direction direction, const tcp_segment& segment) const noexcept;
    [[nodiscard]] static bool is_reset_refuted(const side& from, std::uint32_t acknowledgement) noexcept;
    static void doubt_start(side& from);
    void ignore_reset(side& from, bool is_proven);
    void settle_reset(stream_direction direction);
    void note_newest(side& from, const tcp_segment& segment) const noexcept;
    [[nodiscard]] static capture_time complete_at(const side& sending) noexcept;
    void note_window(stream_direction direction, const tcp_segment& segment) noexcept;

    std::uint32_t stream_;
    stream_endpoints endpoints_;
    capture_context& context_;
    reassembly_counts& counts_;
    std::array<side, 2> sides_;
};

}  // namespace chatos::dump
