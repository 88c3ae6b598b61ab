#include "dump/tcp/connection.hpp"

#include <algorithm>

namespace chatos::dump {

connection::connection(std::uint32_t stream, const stream_endpoints& endpoints, capture_context& context,
                       reassembly_counts& counts)
    : stream_{stream}, endpoints_{endpoints}, context_{context}, sides_{side{stream, stream_direction::client_to_server,
                                                                             endpoints_, context, counts},
                                                                        side{stream, stream_direction::server_to_client,
                                                                             endpoints_, context, counts}} {}

bool connection::is_reopened_by(stream_direction direction, const tcp_segment& segment) const noexcept {
    if (!segment.is_syn || segment.is_rst) {
        return false;
    }
    const side& from = sender(direction);
    const side& to = sender(opposite(direction));
    if (from.bytes.has_begun()) {
        return !from.bytes.began_with(segment.sequence);
    }
    if (segment.is_ack) {
        // An answer to a SYN that is not the one seen.
        return to.bytes.has_begun() && !to.bytes.began_with(segment.acknowledgement - 1);
    }
    // A SYN after data of its own side is late; one after data of the other side opens another connection.
    constexpr std::int64_t late_bytes_max = 65'536;
    if (from.bytes.held_bytes() != 0) {
        const std::int64_t offset = from.bytes.offset_of(segment.sequence + 1);
        return offset > 0 || offset < -late_bytes_max;
    }
    return (to.bytes.has_begun() || to.bytes.held_bytes() != 0) && !to.opened;
}

void connection::note_window(stream_direction direction, const tcp_segment& segment) noexcept {
    side& from = sender(direction);
    if (segment.is_syn) {
        from.opened = true;
        from.window_shift = segment.window_shift;
        from.window = segment.window;  // never scaled in a SYN
        return;
    }
    // Both sides must have asked for scaling. Where a SYN was not seen the usual shift is assumed.
    constexpr unsigned usual_shift = 8;
    const side& to = sender(opposite(direction));
    const bool none = (from.opened && !from.window_shift) || (to.opened && !to.window_shift);
    const unsigned shift = none ? 0 : from.window_shift.value_or(usual_shift);
    from.window = std::uint32_t{segment.window} << shift;
}

void connection::take(stream_direction direction, const tcp_segment& segment) {
    take_segment(direction, segment);
    if (context_.listener != nullptr) {
        context_.listener->segment_taken(stream_, direction, sender(direction).bytes.held_bytes() != 0);
    }
    report_ends(false);
}

void connection::take_segment(stream_direction direction, const tcp_segment& segment) {
    side& from = sender(direction);
    side& to = sender(opposite(direction));
    const bool is_whole_header = segment.reason == skip_reason::none;
    if (is_whole_header && segment.is_rst) {
        take_reset(direction, segment);
        return;
    }
    if (is_whole_header) {
        note_window(direction, segment);
        if (segment.is_ack) {
            if (segment.is_syn) {
                to.bytes.begin_at(segment.acknowledgement, to.packets);
            }
            to.bytes.acknowledged(segment.acknowledgement, to.packets);
        }
    }
    from.bytes.take({.sequence = segment.sequence,
                     .payload = segment.payload,
                     .payload_bytes = segment.payload_bytes,
                     .header_was_cut = !is_whole_header && (segment.payload_bytes != 0 || !segment.has_payload_bytes),
                     .is_syn = segment.is_syn,
                     .is_fin = segment.is_fin,
                     .mark = context_.now.mark},
                    from.packets);
}

/// A reset counts only within the window that its receiver offers: others are ignored, as receivers do.
void connection::take_reset(stream_direction direction, const tcp_segment& segment) {
    side& from = sender(direction);
    const side& to = sender(opposite(direction));
    const std::int64_t offset = from.bytes.offset_of(segment.sequence);
    if (from.bytes.has_begun()) {
        const std::int64_t next = from.bytes.next_offset();
        const std::int64_t window = std::max<std::int64_t>(to.window, 1);
        if (offset < next || offset > next + window) {
            return;
        }
    } else if (segment.is_ack && to.bytes.has_begun()) {
        // An answer to what the other side sent, often with sequence number 0.
        const std::int64_t answered = to.bytes.offset_of(segment.acknowledgement);
        if (answered < 0 || answered > to.bytes.next_offset() + 1) {
            return;
        }
    }
    const bool has_place = from.bytes.has_begun();
    from.bytes.cut_off(segment.sequence, from.packets);
    if (!from.was_reset) {
        from.was_reset = true;
        from.packets.report(event_kind::reset, has_place ? static_cast<std::uint64_t>(offset) : 0, 0, {});
    }
}

void connection::finish() {
    for (side& sending : sides_) {
        sending.bytes.finish(sending.packets);
    }
    report_ends(true);
}

/// Each direction's end once: as soon as it has come, or when nothing more will come.
void connection::report_ends(bool is_finished) {
    for (const stream_direction direction : {stream_direction::client_to_server, stream_direction::server_to_client}) {
        side& sending = sender(direction);
        if (sending.end_reported || !(is_finished || sending.bytes.has_ended())) {
            continue;
        }
        sending.end_reported = true;
        const end_kind kind = sending.was_reset              ? end_kind::reset
                              : sending.bytes.has_seen_end() ? end_kind::fin
                                                             : end_kind::open;
        context_.now.endpoints = &endpoints_;
        context_.sink.take(direction_closed{
            .kind = kind,
            .at = {stream_, direction, static_cast<std::uint64_t>(sending.bytes.next_offset()), &context_.now},
            .has_begun = sending.bytes.has_begun(),
            .unseen = sending.bytes.acknowledged_unseen()});
    }
}

void connection::release() {
    for (side& sending : sides_) {
        const auto next = static_cast<std::uint64_t>(sending.bytes.next_offset());
        if (sending.bytes.held_bytes() != 0) {
            sending.packets.report(event_kind::evicted, next, sending.bytes.held_bytes(), "held_segments");
        } else if (sending.bytes.history_bytes() != 0 && !sending.history_evicted) {
            sending.history_evicted = true;
            sending.packets.report(event_kind::evicted, next, 0, "history");
        }
        sending.bytes.release(sending.packets);
        sending.packets.release();
    }
}

void connection::report_evicted() {
    for (side& sending : sides_) {
        const bool is_over = sending.bytes.has_ended() || sending.was_reset;
        if (!is_over && sending.bytes.has_begun()) {
            sending.packets.report(event_kind::evicted, static_cast<std::uint64_t>(sending.bytes.next_offset()), 0,
                                   "stream");
        }
    }
}

}  // namespace chatos::dump
