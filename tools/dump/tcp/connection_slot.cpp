#include "dump/tcp/connection_slot.hpp"

#include <utility>

namespace chatos::dump {

connection_slot::connection_slot(const connection_key& key, slot_context& context, const tcp_segment& first,
                                 bool is_from_low)
    : key_{key}, context_{&context} {
    open(first, is_from_low);
}

/// The server is the endpoint with a server port; if both have one, the receiver of the first request.
void connection_slot::open(const tcp_segment& first, bool is_from_low) {
    const bool both = context_->ports[first.source_port] && context_->ports[first.destination_port];
    const bool is_answer = first.is_syn && first.is_ack;
    const bool is_from_server = both ? is_answer : context_->ports[first.source_port];
    const bool low_is_server = is_from_low == is_from_server;
    const stream_endpoints endpoints{.client = low_is_server ? key_.high : key_.low,
                                     .server = low_is_server ? key_.low : key_.high,
                                     .ip_version = key_.ip_version};
    connection_ =
        std::make_unique<connection>(context_->next_stream++, endpoints, context_->capture, context_->account.bytes);
    ++context_->capture.account.streams;
}

bool connection_slot::take(const tcp_segment& segment, bool is_from_low) {
    connection* taker = connection_.get();
    if (rival_ || segment.is_syn) {
        taker = choose(segment, is_from_low);
    } else if (!segment.payload.empty() && taker->is_far(direction_of(is_from_low), segment.sequence)) {
        begin_rival(segment, is_from_low);
        return false;
    }
    if (taker == nullptr) {
        return false;
    }
    taker->take(direction_of(is_from_low), segment);
    if (rival_ && segment.is_syn && rival_->has_handshake()) {
        // A handshake whose other half came first is not another one.
        const rival_connection::held_segment& first = rival_->segments().front();
        if (!taker->is_contradicted_by(direction_of(first.is_from_low), first.segment)) {
            replay_rival();
        }
    }
    return true;
}

connection* connection_slot::choose(const tcp_segment& segment, bool is_from_low) {
    if (segment.is_syn && !segment.is_rst) {
        return choose_for_handshake(segment, is_from_low);
    }
    return rival_ ? choose_by_numbers(segment, is_from_low) : connection_.get();
}

/// RFC 9293, 3.10.7.4: a SYN in a connection under way changes nothing there. It counts when somebody takes it up.
connection* connection_slot::choose_for_handshake(const tcp_segment& segment, bool is_from_low) {
    if (!connection_->is_contradicted_by(direction_of(is_from_low), segment)) {
        return connection_.get();
    }
    if (connection_->is_over()) {
        drop_rival();
        connection_->finish();
        open(segment, is_from_low);
        return connection_.get();
    }
    if (rival_ && rival_->has_handshake() && rival_->is_joined_by(is_from_low, segment)) {
        if (segment.is_ack && is_from_low != rival_->began_from_low()) {
            return let_rival_win();
        }
        if (!rival_->hold(is_from_low, segment, context_->capture.now.mark)) {
            discard(segment, is_from_low);
        }
        return nullptr;
    }
    drop_rival();
    begin_rival(segment, is_from_low);
    return nullptr;
}

void connection_slot::begin_rival(const tcp_segment& segment, bool is_from_low) {
    rival_ =
        std::make_unique<rival_connection>(is_from_low, segment, context_->capture.now.mark, context_->capture.budget);
}

/// The connection under way continues, so that a handshake without an answer gets none. Bytes far away without a
/// handshake are only astray.
void connection_slot::refute_rival() {
    if (rival_->has_handshake()) {
        rival_->refute();
    } else {
        drop_rival();
    }
}

connection* connection_slot::choose_by_numbers(const tcp_segment& segment, bool is_from_low) {
    const number_fit theirs = rival_->fit_of(is_from_low, segment);
    const number_fit ours = connection_->fit_of(direction_of(is_from_low), segment);
    const bool is_answer = is_from_low != rival_->began_from_low();
    const bool is_theirs = ours.is_contradicted || theirs.exact > ours.exact;
    if (theirs.is_contradicted || theirs.known == 0) {
        if (!ours.is_contradicted) {
            refute_rival();
        }
        return connection_.get();
    }
    if (is_theirs && segment.is_rst && is_answer && !theirs.is_exact_acknowledgement) {
        drop_rival();  // refused, because it answers no SYN of this side
        discard(segment, is_from_low);
        return nullptr;
    }
    if (is_theirs) {
        const bool has_other_side = connection_->was_seen(opposite(direction_of(rival_->began_from_low())));
        const bool is_acknowledged = is_answer || (theirs.is_exact_acknowledgement && rival_->has_handshake());
        return is_acknowledged || !has_other_side ? let_rival_win() : keep_for_rival(segment, is_from_low);
    }
    if (theirs.exact == ours.exact) {
        return decide_alike();
    }
    refute_rival();
    return connection_.get();
}

/// The one who began the rival cannot prove that the other side took it up, as long as something of it is captured.
connection* connection_slot::keep_for_rival(const tcp_segment& segment, bool is_from_low) {
    if (rival_->hold(is_from_low, segment, context_->capture.now.mark)) {
        return nullptr;
    }
    return rival_->is_refuted() ? connection_.get() : let_rival_win();
}

/// The numbers fit both connections equally well.
connection* connection_slot::decide_alike() {
    const rival_connection::held_segment& first = rival_->segments().front();
    const stream_direction direction = direction_of(first.is_from_low);
    if (rival_->has_handshake() && !first.segment.is_ack && !connection_->has_begun(direction) &&
        !connection_->has_bytes(direction)) {
        replay_rival();  // its SYN is only late
    } else if (!rival_->is_contested()) {
        rival_->contest();
        for (const stream_direction each : {direction, opposite(direction)}) {
            connection_->report(each, event_kind::contested, 0, {});
        }
    }
    return connection_.get();
}

connection* connection_slot::let_rival_win() {
    const rival_connection::held_segment& first = rival_->segments().front();
    const stream_direction direction = direction_of(first.is_from_low);
    const std::optional<std::uint32_t> answered = rival_->first_sequence(!first.is_from_low);
    const bool is_same_client = rival_->has_handshake() && first.segment.is_ack && answered &&
                                connection_->has_sequence(opposite(direction), *answered);
    if (is_same_client && connection_->has_begun(direction) && !connection_->has_bytes(direction)) {
        // Two answers to one SYN, and the second one is acknowledged.
        connection_->begin_again(direction, *rival_->first_sequence(first.is_from_low));
    } else {
        connection_->finish();
        open(first.segment, first.is_from_low);
    }
    replay_rival();
    return connection_.get();
}

void connection_slot::replay_rival() {
    const std::unique_ptr<rival_connection> rival = std::move(rival_);
    const frame_mark now = context_->capture.now.mark;
    for (const rival_connection::held_segment& held : rival->segments()) {
        context_->capture.now.mark = held.mark;
        connection_->take(direction_of(held.is_from_low), held.segment);
    }
    context_->capture.now.mark = now;
}

void connection_slot::discard(const tcp_segment& segment, bool is_from_low) {
    if (!segment.payload.empty()) {
        context_->account.bytes.outside_bytes += segment.payload.size();
        connection_->report(direction_of(is_from_low), event_kind::discarded, segment.payload.size(),
                            segment.is_syn ? "handshake" : "outside");
    }
}

void connection_slot::drop_rival() {
    const std::unique_ptr<rival_connection> rival = std::move(rival_);
    if (!rival) {
        return;
    }
    const frame_mark now = context_->capture.now.mark;
    for (const rival_connection::held_segment& held : rival->segments()) {
        context_->capture.now.mark = held.mark;
        discard(held.segment, held.is_from_low);
    }
    context_->capture.now.mark = now;
}

bool connection_slot::settle_rival() {
    if (!rival_) {
        return false;
    }
    const rival_connection::held_segment& first = rival_->segments().front();
    const std::optional<std::uint32_t> answered = rival_->first_sequence(!first.is_from_low);
    const bool is_second_answer = rival_->has_handshake() && first.segment.is_ack && answered &&
                                  connection_->has_sequence(opposite(direction_of(first.is_from_low)), *answered);
    const bool is_stray = !rival_->has_handshake() && rival_->segments().size() == 1;
    if (rival_->is_refuted() || rival_->is_contested() || is_second_answer || is_stray) {
        drop_rival();
        return false;
    }
    const connection* const before = connection_.get();
    return let_rival_win() != before;
}

void connection_slot::release() {
    drop_rival();
    connection_->release();
}

}  // namespace chatos::dump
