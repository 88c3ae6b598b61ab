#include "dump/tcp/connection.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace chatos::dump {

connection::connection(std::uint32_t stream, const stream_endpoints& endpoints, capture_context& context,
                       reassembly_counts& counts)
    : stream_{stream}, endpoints_{endpoints}, context_{context}, counts_{counts},
      sides_{side{stream, stream_direction::client_to_server, endpoints_, context, counts},
             side{stream, stream_direction::server_to_client, endpoints_, context, counts}} {}

/// A SYN may be captured after data of its own side, but lies before it.
bool connection::is_contradicted_by(stream_direction direction, const tcp_segment& segment) const noexcept {
    constexpr std::int64_t late_bytes_max = 65'536;
    const side& from = sender(direction);
    const side& to = sender(opposite(direction));
    const auto is_late = [](const side& sending, std::uint32_t first_sequence) {
        const std::int64_t offset = sending.bytes.offset_of(first_sequence);
        return offset <= 0 && offset >= -late_bytes_max;
    };
    if (from.bytes.began_with(segment.sequence)) {
        return false;
    }
    const bool has_from = from.bytes.has_begun() || from.bytes.held_bytes() != 0;
    if (has_from && (from.opened || !is_late(from, segment.sequence + 1))) {
        return true;
    }
    const bool has_to = to.bytes.has_begun() || to.bytes.held_bytes() != 0;
    if (segment.is_ack) {
        // It acknowledges the SYN, and as much of the data in it as the other side has taken.
        const std::int64_t answered = to.bytes.offset_of(segment.acknowledgement);
        return has_to && (answered > to.bytes.seen_end() || answered < (to.opened ? 0 : -late_bytes_max));
    }
    // A SYN after data of the other side only opens another connection.
    return !has_from && has_to && !to.opened;
}

bool connection::has_sequence(stream_direction direction, std::uint32_t sequence) const noexcept {
    const reassembler& bytes = sender(direction).bytes;
    const std::int64_t offset = bytes.offset_of(sequence);
    return bytes.has_begun() && offset >= 0 && offset <= bytes.seen_end();
}

number_fit connection::fit_of(stream_direction direction, const tcp_segment& segment) const noexcept {
    const side& from = sender(direction);
    const side& to = sender(opposite(direction));
    number_fit fit;
    if (from.bytes.has_begun() || from.bytes.held_bytes() != 0) {
        const std::int64_t window = likely_distance(to.window);
        fit.add(from.bytes.offset_of(segment.sequence) - from.bytes.seen_end(), window, window);
    }
    if (segment.is_ack && (to.bytes.has_begun() || to.bytes.held_bytes() != 0)) {
        const std::int64_t window = likely_distance(from.window);
        fit.add(to.bytes.offset_of(segment.acknowledgement) - to.bytes.seen_end(), window, window);
    }
    return fit;
}

bool connection::is_answered_by(stream_direction direction, const tcp_segment& segment) const noexcept {
    const side& from = sender(direction);
    const side& to = sender(opposite(direction));
    if (from.was_seen || !to.was_seen || segment.reason != skip_reason::none) {
        return false;
    }
    if (segment.is_syn && !segment.is_ack) {
        return from.bytes.began_with(segment.sequence);  // the answer to it was captured first
    }
    if (!segment.is_ack || !(to.bytes.has_begun() || to.bytes.held_bytes() != 0)) {
        return false;
    }
    if (segment.is_syn) {
        return !is_contradicted_by(direction, segment);
    }
    const std::int64_t answered = to.bytes.offset_of(segment.acknowledgement);
    if (answered < 0 || answered > to.bytes.seen_end() + 1) {
        return false;
    }
    const std::optional<std::uint32_t> expected = from.bytes.acknowledged_early();
    return segment.is_rst || !expected ||
           std::abs(static_cast<std::int64_t>(static_cast<std::int32_t>(segment.sequence - *expected))) <=
               likely_distance(to.window);
}

bool connection::is_over() const noexcept {
    const auto has_ended = [](const side& sending) { return sending.bytes.has_ended() || sending.was_reset; };
    const bool is_reset = sides_[0].was_reset || sides_[1].was_reset;
    return is_reset || ((has_ended(sides_[0]) || !sides_[0].was_seen) && (has_ended(sides_[1]) || !sides_[1].was_seen));
}

void connection::begin_again(stream_direction direction, std::uint32_t sequence) {
    side& from = sender(direction);
    from.bytes.begin_again_at(sequence);
    from.opened = true;
}

void connection::report(stream_direction direction, event_kind kind, std::uint64_t bytes, std::string_view cause) {
    side& from = sender(direction);
    from.packets.report(kind, static_cast<std::uint64_t>(from.bytes.next_offset()), bytes, cause);
}

void connection::note_window(stream_direction direction, const tcp_segment& segment) noexcept {
    side& from = sender(direction);
    if (segment.is_syn) {
        from.has_options = true;
        from.window_shift = segment.window_shift;
        from.window = segment.window;  // never scaled in a SYN
        return;
    }
    // Both sides must have asked for scaling. Where a SYN was not seen the usual shift is assumed.
    constexpr unsigned usual_shift = 8;
    const side& to = sender(opposite(direction));
    const bool none = (from.has_options && !from.window_shift) || (to.has_options && !to.window_shift);
    const unsigned shift = none ? 0 : from.window_shift.value_or(usual_shift);
    from.window = std::uint32_t{segment.window} << shift;
}

void connection::take(stream_direction direction, const tcp_segment& segment) {
    take_segment(direction, segment);
    if (context_.listener != nullptr) {
        const side& from = sender(direction);
        context_.listener->segment_taken({stream_, direction, 0, &context_.now},
                                         from.bytes.held_bytes() != 0 || from.reset.has_value());
        tell_completeness(false);
    }
    report_ends(false);
}

void connection::tell_completeness(bool is_held) {
    for (const stream_direction direction : {stream_direction::client_to_server, stream_direction::server_to_client}) {
        side& sending = sender(direction);
        const bool has_ended = sending.bytes.has_ended() || sending.was_reset;
        const bool lacks_all = !sending.bytes.has_begun() && sender(opposite(direction)).bytes.seen_end() > 0;
        const bool is_incomplete =
            !has_ended &&
            (is_held || lacks_all || sending.bytes.held_bytes() != 0 ||
             (sending.bytes.has_begun() && sending.bytes.acknowledged_unseen() != 0) || sending.reset.has_value());
        if (is_incomplete != sending.is_incomplete) {
            sending.is_incomplete = is_incomplete;
            context_.listener->completeness_changed(stream_, direction, !is_incomplete);
        }
    }
}

void connection::take_segment(stream_direction direction, const tcp_segment& segment) {
    side& from = sender(direction);
    side& to = sender(opposite(direction));
    const bool is_whole_header = segment.reason == skip_reason::none;
    from.was_seen = true;
    if (segment.is_rst) {
        take_reset(direction, segment);
        return;
    }
    if (is_whole_header) {
        note_window(direction, segment);
    }
    if (segment.is_syn && !from.opened) {
        from.opened = true;
        if (direction == stream_direction::client_to_server) {
            endpoints_.opened = context_.now.mark.time;
        }
    }
    if (segment.is_ack) {
        if (segment.is_syn) {
            to.lacks_syn = !to.opened && !to.bytes.has_begun() && to.bytes.held_bytes() == 0;
            to.bytes.begin_at(segment.acknowledgement, to.packets);
        }
        to.bytes.acknowledged(segment.acknowledgement, to.packets);
        if (to.reset && is_reset_refuted(to, segment.acknowledgement)) {
            ignore_reset(to, true);
        }
    } else if (segment.is_syn) {
        to.bytes.forget_early_acknowledgement();
    }
    if (segment.payload_bytes != 0 && (from.lacks_syn || to.lacks_syn)) {
        to.was_answered = to.lacks_syn;
        doubt_start(from);
    }
    from.bytes.take({.sequence = segment.sequence,
                     .payload = segment.payload,
                     .payload_bytes = segment.payload_bytes,
                     .header_was_cut = !is_whole_header && (segment.payload_bytes != 0 || !segment.has_payload_bytes),
                     .is_syn = segment.is_syn,
                     .is_fin = segment.is_fin,
                     .mark = context_.now.mark},
                    from.packets);
    if (is_whole_header) {
        note_newest(from, segment);
    }
    if (from.reset && from.reset->has_place && !from.bytes.is_holding_back() && !from.bytes.has_ended()) {
        ignore_reset(from, false);  // too much has come after it
    }
}

void connection::note_newest(side& from, const tcp_segment& segment) const noexcept {
    const std::uint32_t end =
        segment.sequence + segment.payload_bytes + (segment.is_syn ? 1U : 0U) + (segment.is_fin ? 1U : 0U);
    if (from.newest_time.digits == 0 || static_cast<std::int32_t>(end - from.newest_end) >= 0) {
        from.newest_end = end;
        from.newest_time = context_.now.mark.time;
    }
}

capture_time connection::complete_at(const side& sending) noexcept {
    const bool is_complete =
        sending.bytes.has_begun() && sending.bytes.offset_of(sending.newest_end) == sending.bytes.next_offset();
    return is_complete ? sending.newest_time : capture_time{};
}

/// One who answers before anything was asked has had bytes in a SYN that was not captured.
void connection::doubt_start(side& from) {
    if (from.lacks_syn && from.was_answered && from.was_seen && !from.opened) {
        from.packets.report(event_kind::midstream, 0, 0, {});
    }
    from.lacks_syn = false;
}

/// Whether the acknowledgement shows that the other side has not taken the reset of `from` for valid.
bool connection::is_reset_refuted(const side& from, std::uint32_t acknowledgement) noexcept {
    if (from.reset->has_place) {
        return !from.bytes.is_holding_back() && !from.bytes.has_ended();
    }
    return from.bytes.has_begun() && from.bytes.offset_of(acknowledgement) >= 0;
}

void connection::ignore_reset(side& from, bool is_proven) {
    const auto offset = static_cast<std::uint64_t>(from.reset->offset);
    from.reset.reset();
    from.packets.report(event_kind::reset_ignored, offset, 0, {});
    if (!is_proven) {
        from.packets.report(event_kind::contested, offset, 0, {});
    }
}

/// A reset counts only within the window that its receiver offers: others are ignored, as receivers do.
bool connection::is_valid_reset(stream_direction direction, const tcp_segment& segment) const noexcept {
    const side& from = sender(direction);
    const side& to = sender(opposite(direction));
    const std::int64_t offset = from.bytes.offset_of(segment.sequence);
    const std::int64_t window = std::max<std::int64_t>(to.window, 1);
    if (from.bytes.has_begun()) {
        const std::int64_t next = from.bytes.next_offset();
        return offset >= std::max(next, from.bytes.acknowledged_offset()) && offset <= next + window;
    }
    if (from.bytes.held_bytes() != 0) {
        return offset >= 0 && offset <= from.bytes.seen_end() + window;
    }
    if (segment.is_ack && to.bytes.has_begun()) {
        // An answer to what the other side sent, often with sequence number 0.
        const std::int64_t answered = to.bytes.offset_of(segment.acknowledgement);
        return answered >= 0 && answered <= to.bytes.next_offset() + 1;
    }
    return true;
}

void connection::take_reset(stream_direction direction, const tcp_segment& segment) {
    side& from = sender(direction);
    const bool is_valid = is_valid_reset(direction, segment);
    if (!segment.payload.empty()) {
        (is_valid ? counts_.after_end_bytes : counts_.outside_bytes) += segment.payload.size();
        report(direction, event_kind::discarded, segment.payload.size(), "reset_text");
    }
    if (!is_valid || from.was_reset || from.reset) {
        return;
    }
    from.bytes.hold_back_from(segment.sequence, from.packets);
    const bool has_place = from.bytes.has_begun();
    from.reset = {.offset = has_place ? std::max<std::int64_t>(from.bytes.offset_of(segment.sequence), 0) : 0,
                  .has_place = has_place,
                  .mark = context_.now.mark};
    if (from.bytes.has_ended()) {
        settle_reset(direction);
    }
}

void connection::settle_resets() {
    settle_reset(stream_direction::client_to_server);
    settle_reset(stream_direction::server_to_client);
}

void connection::settle_reset(stream_direction direction) {
    side& from = sender(direction);
    if (!from.reset) {
        return;
    }
    const frame_mark current = std::exchange(context_.now.mark, from.reset->mark);
    from.bytes.cut_off(from.packets);
    from.was_reset = true;
    from.packets.report(event_kind::reset, static_cast<std::uint64_t>(from.reset->offset), 0, {});
    from.reset.reset();
    report_ends(false);
    context_.now.mark = current;
}

void connection::finish() {
    settle_resets();
    for (side& sending : sides_) {
        doubt_start(sending);
        sending.bytes.finish(sending.packets);
    }
    report_ends(true);
}

/// Each direction's end once: as soon as it has come, or when nothing more will come.
void connection::report_ends(bool is_finished) {
    for (const stream_direction direction : {stream_direction::client_to_server, stream_direction::server_to_client}) {
        side& sending = sender(direction);
        if (sending.end_reported || !(is_finished || sending.bytes.has_ended() || sending.was_reset)) {
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
            .unseen = sending.bytes.acknowledged_unseen(),
            .complete_at = complete_at(sending)});
    }
}

void connection::release() {
    settle_resets();
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
