#include "dump/tcp/reassembler.hpp"

#include <algorithm>
#include <utility>

namespace chatos::dump {

std::int64_t reassembler::offset_of(std::uint32_t sequence) const noexcept {
    const std::uint32_t expected = origin_sequence_ + static_cast<std::uint32_t>(next_);
    return next_ + static_cast<std::int32_t>(sequence - expected);
}

void reassembler::take(const stream_segment& segment, byte_receiver& receiver) {
    const std::uint32_t first_sequence = segment.sequence + (segment.is_syn ? 1U : 0U);
    if (segment.is_syn) {
        begin_at(first_sequence, receiver);
    }
    const bool says_nothing = segment.payload_bytes == 0 && !segment.is_fin && !segment.header_was_cut;
    if (says_nothing) {
        return;
    }
    if (state_ == state::waiting) {
        state_ = state::starting;
        origin_sequence_ = first_sequence;
        take_early_acknowledgement();
    }
    stream_part part{.offset = offset_of(first_sequence),
                     .bytes = segment.payload,
                     .cut_bytes = segment.payload_bytes - static_cast<std::uint32_t>(segment.payload.size()),
                     .header_was_cut = segment.header_was_cut,
                     .mark = segment.mark};
    const std::int64_t whole_end = part.offset + segment.payload_bytes;
    part.mark.is_late = acknowledged_ >= whole_end;
    if (part.offset > next_ + reach_bytes || whole_end < next_ - reach_bytes) {
        discard(next_, segment.payload.size(), discard_cause::outside, segment.mark, receiver);
        return;
    }
    if (segment.is_fin && !end_ && state_ != state::ended && whole_end >= next_) {
        end_ = whole_end;
    }
    if (segment.header_was_cut && segment.payload_bytes == 0) {
        cut_header_ = part.offset;
    } else if (segment.payload_bytes != 0) {
        accept(part, receiver);
    }
    if (state_ == state::starting && (held_.count() >= start_segments_max || held_.bytes() >= start_bytes_max)) {
        start_at_lowest(receiver);
    }
    end_when_due(receiver);
}

void reassembler::discard(std::int64_t offset, std::size_t count, discard_cause cause, const frame_mark& mark,
                          byte_receiver& receiver) {
    if (count != 0) {
        (cause == discard_cause::after_end ? counts_->after_end_bytes : counts_->outside_bytes) += count;
        receiver.discarded(static_cast<std::uint64_t>(offset), count, cause, mark);
    }
}

/// What is held lies after the end.
void reassembler::discard_held(byte_receiver& receiver) {
    if (!held_.is_empty()) {
        discard(next_, held_.bytes(), discard_cause::after_end, held_.front().mark, receiver);
        held_.clear();
    }
}

/// Bytes that were acknowledged before they were captured come late.
void reassembler::take_early_acknowledgement() noexcept {
    // Farther from the first byte lies no acknowledgement of a connection of which nothing was seen.
    constexpr std::int64_t early_bytes_max = 1 << 20;
    if (early_acknowledgement_) {
        const std::int64_t offset = offset_of(*early_acknowledgement_);
        if (offset >= 0 && offset <= early_bytes_max) {
            acknowledged_ = offset;
        }
        early_acknowledgement_.reset();
    }
}

void reassembler::begin_at(std::uint32_t sequence, byte_receiver& receiver) {
    if (state_ == state::waiting) {
        origin_sequence_ = sequence;
        take_early_acknowledgement();
        start(0, false, receiver);
    } else if (state_ == state::starting) {
        start(offset_of(sequence), false, receiver);
    }
}

void reassembler::begin_again_at(std::uint32_t sequence) noexcept {
    origin_sequence_ = sequence;
    acknowledged_ = nothing_acknowledged;
}

/// Offsets so far count from the first segment that came; from now on they count from the first byte.
void reassembler::start(std::int64_t origin, bool is_midstream, byte_receiver& receiver) {
    state_ = state::running;
    origin_sequence_ += static_cast<std::uint32_t>(origin);
    held_.shift(-origin);
    acknowledged_ -= origin;
    if (end_) {
        end_ = *end_ - origin;
    }
    if (cut_header_) {
        cut_header_ = *cut_header_ - origin;
    }
    receiver.began(is_midstream);
    drain(receiver);
}

void reassembler::start_at_lowest(byte_receiver& receiver) {
    const std::int64_t lowest = held_.is_empty() ? end_.value_or(0) : held_.front().offset;
    start(lowest, true, receiver);
}

void reassembler::accept(stream_part& part, byte_receiver& receiver) {
    if (state_ == state::starting) {
        counts_->repeated_bytes += held_.add(part, receiver);
        return;
    }
    drop_known(part, receiver);
    drop_bytes_after_end(part, receiver);
    if (part.bytes.empty() && part.cut_bytes == 0) {
        return;
    }
    if (held_.is_empty() && part.offset == next_ && !is_held_back(part)) {
        deliver(part, receiver);
        if (part.cut_bytes != 0) {
            miss(part.end() + part.cut_bytes, part.header_was_cut ? gap_cause::header_cut : gap_cause::payload_cut,
                 &part.mark, receiver);
        }
        return;
    }
    counts_->repeated_bytes += held_.add(part, receiver);
    ++segments_since_hole_;
    drain(receiver);
    const auto is_too_much = [this] {
        const bool was_received = acknowledged_ > next_ && segments_since_hole_ >= acknowledged_segments_max;
        return !held_.is_empty() &&
               (was_received || held_.bytes() > held_bytes_max || held_.count() > held_segments_max);
    };
    while (is_too_much()) {
        if (is_holding_back()) {
            let_go(receiver);  // one who sends so much has not reset the connection
            continue;
        }
        give_up_hole(receiver);
    }
}

/// Compares what was given out before with what comes again, and leaves the rest.
void reassembler::drop_known(stream_part& part, byte_receiver& receiver) {
    if (part.offset >= next_) {
        return;
    }
    const std::int64_t known_end = std::min(part.end(), next_);
    const std::int64_t known_bytes = std::max<std::int64_t>(known_end - part.offset, 0);
    // A keep-alive probe repeats the last sequence number with a byte of no meaning.
    const bool is_probe = part.bytes.size() == 1 && part.cut_bytes == 0 && part.offset == next_ - 1;
    const std::int64_t before_start = is_probe ? 0 : std::clamp<std::int64_t>(-part.offset, 0, known_bytes);
    counts_->repeated_bytes += static_cast<std::uint64_t>(known_bytes - before_start);
    discard(0, static_cast<std::size_t>(before_start), discard_cause::before_start, part.mark, receiver);
    std::int64_t from = std::max<std::int64_t>(part.offset, 0);
    while (!is_probe && from < known_end) {
        const auto wanted = static_cast<std::size_t>(known_end - from);
        const std::span<const std::byte> kept = history_.at(static_cast<std::uint64_t>(from), wanted);
        if (kept.empty()) {
            from = static_cast<std::int64_t>(history_.next_known(static_cast<std::uint64_t>(from)));
            continue;
        }
        compare_bytes(from, kept, part.bytes.subspan(static_cast<std::size_t>(from - part.offset), kept.size()),
                      receiver);
        from += static_cast<std::int64_t>(kept.size());
    }
    const std::int64_t whole_end = part.end() + part.cut_bytes;
    part.cut_bytes = static_cast<std::uint32_t>(std::max<std::int64_t>(whole_end - std::max(part.end(), next_), 0));
    part.bytes = part.bytes.subspan(static_cast<std::size_t>(known_bytes));
    part.offset = next_;
}

void reassembler::drop_bytes_after_end(stream_part& part, byte_receiver& receiver) {
    const std::int64_t end = state_ == state::ended ? next_ : end_.value_or(INT64_MAX);
    if (part.end() + part.cut_bytes <= end) {
        return;
    }
    const auto room = static_cast<std::size_t>(std::max<std::int64_t>(end - part.offset, 0));
    const std::size_t kept = std::min(room, part.bytes.size());
    discard(end, part.bytes.size() - kept, discard_cause::after_end, part.mark, receiver);
    part.bytes = part.bytes.first(kept);
    part.cut_bytes = std::min(part.cut_bytes, static_cast<std::uint32_t>(room - kept));
}

void reassembler::deliver(const stream_part& part, byte_receiver& receiver) {
    if (part.bytes.empty()) {
        return;
    }
    history_.add(part.bytes);
    const auto offset = static_cast<std::uint64_t>(next_);
    next_ += static_cast<std::int64_t>(part.bytes.size());
    receiver.bytes(offset, part.bytes, part.mark);
}

void reassembler::miss(std::int64_t until, gap_cause cause, const frame_mark* mark, byte_receiver& receiver) {
    if (until <= next_) {
        return;
    }
    const auto offset = static_cast<std::uint64_t>(next_);
    const auto count = static_cast<std::uint64_t>(until - next_);
    counts_->missing_bytes += count;
    history_.add_missing(count);
    next_ = until;
    receiver.missing(offset, count, cause, mark);
}

/// Gives out what adjoins.
void reassembler::drain(byte_receiver& receiver) {
    while (!held_.is_empty() && held_.front().offset <= next_ && !is_held_back(held_.front())) {
        segments_since_hole_ = 0;
        stream_part part = held_.front();
        const std::int64_t cut_end = part.end() + part.cut_bytes;
        const gap_cause cause = part.header_was_cut ? gap_cause::header_cut : gap_cause::payload_cut;
        const bool has_cut = part.cut_bytes != 0;
        part.cut_bytes = 0;
        drop_known(part, receiver);
        drop_bytes_after_end(part, receiver);
        deliver(part, receiver);
        held_.drop_front();
        if (has_cut) {
            const std::int64_t next_held = held_.is_empty() ? INT64_MAX : held_.front().offset;
            miss(std::min({cut_end, next_held, end_.value_or(INT64_MAX)}), cause, &part.mark, receiver);
        }
    }
}

void reassembler::give_up_hole(byte_receiver& receiver) {
    const gap_cause cause = cut_header_ == next_ ? gap_cause::header_cut : gap_cause::lost;
    const stream_part next = held_.front();
    miss(std::min(next.offset, end_.value_or(INT64_MAX)), cause, &next.mark, receiver);
    if (held_.front().offset > next_) {
        discard_held(receiver);
    }
    drain(receiver);
}

void reassembler::end_when_due(byte_receiver& receiver) {
    if (state_ == state::running && end_ && next_ >= *end_) {
        state_ = state::ended;
        discard_held(receiver);
        receiver.ended();
    }
}

void reassembler::acknowledged(std::uint32_t sequence, byte_receiver& receiver) {
    if (state_ == state::waiting) {
        if (!early_acknowledgement_ || static_cast<std::int32_t>(sequence - *early_acknowledgement_) > 0) {
            early_acknowledgement_ = sequence;
        }
        return;
    }
    const std::int64_t offset = offset_of(sequence);
    if (offset > acknowledged_ && offset <= next_ + reach_bytes) {
        acknowledged_ = offset;
        if (offset > held_back_from_) {
            let_go(receiver);
        }
        if (state_ == state::starting && !held_.is_empty() && acknowledged_ >= held_.contiguous_end()) {
            start_at_lowest(receiver);
            end_when_due(receiver);
        }
    }
}

void reassembler::hold_back_from(std::uint32_t sequence, byte_receiver& receiver) {
    if (state_ == state::waiting || state_ == state::ended) {
        return;
    }
    if (state_ == state::starting) {
        start_at_lowest(receiver);
    }
    held_back_from_ = std::max(next_, std::min(offset_of(sequence), held_back_from_));
}

void reassembler::let_go(byte_receiver& receiver) {
    held_back_from_ = INT64_MAX;
    drain(receiver);
    end_when_due(receiver);
}

void reassembler::cut_off(byte_receiver& receiver) {
    if (state_ == state::waiting || state_ == state::ended) {
        return;
    }
    const std::int64_t from = std::exchange(held_back_from_, INT64_MAX);
    if (from != INT64_MAX || end_) {
        end_ = std::max(next_, std::min(from, end_.value_or(INT64_MAX)));
    }
    finish(receiver);
}

void reassembler::finish(byte_receiver& receiver) {
    if (is_holding_back()) {
        cut_off(receiver);
    }
    if (state_ == state::waiting || state_ == state::ended) {
        return;
    }
    if (state_ == state::starting) {
        start_at_lowest(receiver);
    }
    while (!held_.is_empty()) {
        give_up_hole(receiver);
    }
    // One more acknowledged than seen may be the place of a FIN.
    const std::int64_t acknowledged_end = acknowledged_ > next_ + 1 ? acknowledged_ : next_;
    miss(end_.value_or(acknowledged_end), cut_header_ == next_ ? gap_cause::header_cut : gap_cause::lost, nullptr,
         receiver);
    if (state_ != state::ended) {
        state_ = state::ended;
        receiver.ended();
    }
}

void reassembler::release(byte_receiver& receiver) {
    if (is_holding_back()) {
        cut_off(receiver);
    }
    if (state_ == state::starting) {
        start_at_lowest(receiver);
    }
    while (!held_.is_empty()) {
        give_up_hole(receiver);
    }
    history_.release();
    end_when_due(receiver);
}

}  // namespace chatos::dump
