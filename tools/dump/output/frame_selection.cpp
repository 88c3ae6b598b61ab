#include "dump/output/frame_selection.hpp"

#include "dump/record/capture_position.hpp"
#include "dump/text/record_text.hpp"

#include <algorithm>

namespace chatos::dump {

namespace {

/// `  [stream 0, c2s, frame 3, offset 0]`, as the tree shows it; the frame is that of the input.
void add_place(output& text, const stream_position& at) {
    text.add("  [stream ", at.stream, ", ", direction_name(at.direction));
    text.add(", frame ", at.capture->mark.frame, ", offset ", at.offset, "]");
}

}  // namespace

frame_selection::held_frame* frame_selection::find(std::uint64_t number) noexcept {
    const bool is_held = number >= first_number_ && number - first_number_ < frames_.size();
    return is_held ? &frames_[static_cast<std::size_t>(number - first_number_)] : nullptr;
}

frame_selection::direction_frames* frame_selection::find(const stream_position& at) {
    const auto known = directions_.find(direction_number(at.stream, at.direction));
    return known != directions_.end() ? &known->second : nullptr;
}

void frame_selection::frame_read(std::uint64_t number, const captured_frame& frame) {
    if (frames_.empty()) {
        first_number_ = number;
    }
    held_frame& added = frames_.emplace_back();
    added.frame = frame;
    added.bytes.assign(frame.bytes.begin(), frame.bytes.end());
    held_bytes_ += added.bytes.size();
}

void frame_selection::bytes_given(const stream_position& at, std::span<const std::byte> bytes) {
    const std::uint64_t number = at.capture->mark.frame;
    held_frame* const frame = find(number);
    if (frame == nullptr || (selection_.followed && *selection_.followed != at.stream)) {
        return;
    }
    direction_frames& direction = directions_[direction_number(at.stream, at.direction)];
    if (std::erase(direction.waiting, number) != 0) {
        --frame->waiting;
    }
    if (direction.is_over) {
        return;
    }
    if (direction.given.size() == direction.given.capacity()) {
        std::erase_if(direction.given, [this](const given_piece& piece) { return find(piece.number) == nullptr; });
    }
    direction.given.push_back({number, at.offset, at.offset + bytes.size()});
    ++frame->given;
}

void frame_selection::segment_taken(const stream_position& at, bool is_waiting) {
    const std::uint64_t number = at.capture->mark.frame;
    held_frame* const frame = find(number);
    if (frame == nullptr) {
        return;
    }
    frame->is_held = false;
    if (selection_.followed && *selection_.followed != at.stream) {
        return;
    }
    if (selection_.has_whole_streams) {
        frame->decision = fate::wanted;
    }
    const std::uint64_t key = direction_number(at.stream, at.direction);
    if (is_waiting && frame->given == 0) {
        std::vector<std::uint64_t>& waiting = directions_[key].waiting;
        std::erase_if(waiting, [this](std::uint64_t other) { return find(other) == nullptr; });
        waiting.push_back(number);
        ++frame->waiting;
    } else if (const auto known = directions_.find(key); !is_waiting && known != directions_.end()) {
        end_waiting(known->second);  // those that gave nothing were repetitions
    }
}

/// Whichever stream it will be of, it is a frame of the streams.
void frame_selection::segment_held() {
    held_frame& frame = frames_.back();
    if (selection_.has_whole_streams && !selection_.followed) {
        frame.decision = fate::wanted;
    } else {
        frame.is_held = true;
    }
}

void frame_selection::end_waiting(direction_frames& direction) {
    for (const std::uint64_t number : std::exchange(direction.waiting, {})) {
        if (held_frame* const frame = find(number)) {
            --frame->waiting;
        }
    }
}

void frame_selection::fragments_joined(std::span<const std::uint64_t> numbers) {
    for (const std::uint64_t number : numbers.first(numbers.size() - 1)) {
        if (held_frame* const frame = find(number)) {
            frame->is_held = false;
            frame->is_joined = true;
        }
    }
    joined_.emplace_back(numbers.begin(), numbers.end());
}

/// The frames of a datagram share the fate of the last one, in which it became a segment.
void frame_selection::settle_fragments(bool is_paused) {
    std::erase_if(joined_, [this, is_paused](const std::vector<std::uint64_t>& numbers) {
        const held_frame* const last = find(numbers.back());
        const fate decision = last != nullptr ? last->decision : fate::unwanted;
        if (last != nullptr && !last->is_decided() && !(is_paused && decision == fate::wanted)) {
            return false;
        }
        for (const std::uint64_t number : numbers) {
            if (held_frame* const frame = find(number); frame != nullptr && frame != last) {
                frame->is_joined = false;
                frame->decision = decision;
            }
        }
        return true;
    });
}

void frame_selection::frame_done(bool is_held) {
    held_frame& frame = frames_.back();
    frame.is_done = true;
    frame.is_held = frame.is_held || is_held;
    if (!joined_.empty()) {
        settle_fragments(false);
    }
    if (frame.decision != fate::wanted && frame.is_decided()) {
        free_bytes(frame);
    }
    release(false);
}

void frame_selection::free_bytes(held_frame& frame) noexcept {
    frame.decision = fate::unwanted;
    held_bytes_ -= frame.bytes.size() + frame.comment.size();
    frame.bytes = {};
    frame.comment = {};
}

bool frame_selection::is_too_much() const noexcept {
    if (held_bytes_ > held_bytes_max || frames_.size() > held_frames_max) {
        return true;
    }
    const capture_time& first = frames_.front().frame.time;
    const capture_time& last = frames_.back().frame.time;
    std::int64_t seconds = 0;
    return !__builtin_sub_overflow(last.seconds, first.seconds, &seconds) && seconds > hold_time.count();
}

/// Writes, or drops, what has been decided at the front; in a pause also what is wanted, whatever else will be said of
/// it.
void frame_selection::release(bool is_paused) {
    while (!frames_.empty() && frames_.front().is_done) {
        held_frame& frame = frames_.front();
        const bool is_decided = frame.is_decided();
        const bool is_wanted = frame.decision == fate::wanted;
        if (!is_decided && !(is_paused && is_wanted) && !is_too_much()) {
            return;
        }
        // A fragment of a datagram that does not become whole is part of nothing.
        if (is_wanted || (!is_decided && !frame.is_held && frame.decision == fate::open)) {
            write(frame);
        }
        free_bytes(frame);
        frames_.pop_front();
        ++first_number_;
    }
}

void frame_selection::write(const held_frame& held) {
    captured_frame frame = held.frame;
    frame.bytes = held.bytes;
    writer_.add(frame, held.comment);
}

void frame_selection::capture_done() {
    settle_fragments(true);
    for (const held_frame& frame : frames_) {
        if (frame.decision == fate::wanted) {
            write(frame);
        }
    }
    frames_.clear();
    directions_.clear();
    joined_.clear();
    held_bytes_ = 0;
}

/// The frames with the record's bytes are wanted, and the one that led to it.
void frame_selection::want(const stream_position& at, std::uint64_t bytes) {
    if (held_frame* const frame = find(at.capture->mark.frame)) {
        frame->decision = fate::wanted;
    }
    const direction_frames* const direction = find(at);
    if (direction == nullptr) {
        return;
    }
    for (const given_piece& piece : direction->given) {
        held_frame* const frame = find(piece.number);
        if (frame != nullptr && piece.begin < at.offset + bytes && piece.end > at.offset) {
            frame->decision = fate::wanted;
        }
    }
}

void frame_selection::comment(const stream_position& at, std::string_view text) {
    held_frame* const frame = find(at.capture->mark.frame);
    if (frame == nullptr || frame->comment.size() > pcapng_writer::comment_bytes_max) {
        return;
    }
    const std::size_t before = frame->comment.size();
    if (before != 0) {
        frame->comment += '\n';
    }
    frame->comment += text;
    held_bytes_ += frame->comment.size() - before;
}

/// Everything before this offset has become a record.
void frame_selection::reach(const stream_position& at, std::uint64_t offset) {
    direction_frames* const direction = find(at);
    if (direction == nullptr) {
        return;
    }
    auto remaining = direction->given.begin();
    for (; remaining != direction->given.end() && remaining->end <= offset; ++remaining) {
        if (held_frame* const frame = find(remaining->number)) {
            --frame->given;
        }
    }
    direction->given.erase(direction->given.begin(), remaining);
}

void frame_selection::end(direction_frames& direction) {
    for (const given_piece& piece : std::exchange(direction.given, {})) {
        if (held_frame* const frame = find(piece.number)) {
            --frame->given;
        }
    }
    direction.is_over = true;
}

void frame_selection::on(const packet_record& record) {
    want(record.at, record.bytes.size());
    output text;
    text.add(packet_name(record.packet.op));
    add_packet_summary(text, record.packet);
    if (const std::string_view wrong = wrong_direction_note(record); !wrong.empty()) {
        text.add("  <- ", wrong);
    }
    add_place(text, record.at);
    comment(record.at, text.text());
    reach(record.at, record.at.offset + record.bytes.size());
}

void frame_selection::on(const hidden_packet& record) {
    reach(record.hidden.at, record.hidden.at.offset + record.hidden.bytes.size());
}

void frame_selection::on(const hidden_loss& record) {
    direction_frames* const direction = find(record.at);
    if (direction != nullptr && direction->is_failing) {
        end(*direction);
    } else {
        reach(record.at, record.at.offset);
    }
}

void frame_selection::on(const undecoded_record& record) {
    if (direction_frames* const direction = find(record.at)) {
        direction->is_failing = true;
    }
}

void frame_selection::on(const malformed_record& record) {
    want(record.at, record.bytes.size());
    output text;
    text.add("MALFORMED  ");
    add_malformed_summary(text, record);
    add_place(text, record.at);
    comment(record.at, text.text());
    if (record.was_guessed) {
        reach(record.at, record.at.offset + record.lost_bytes);
    } else if (direction_frames* const direction = find(record.at)) {
        end(*direction);
    }
}

void frame_selection::on(const incomplete_record& record) {
    want(record.at, record.bytes.size());
    output text;
    text.add("INCOMPLETE  ");
    add_incomplete_detail(text, record);
    add_place(text, record.at);
    comment(record.at, text.text());
}

void frame_selection::on(const event_record& record) {
    const bool has_bytes = record.kind == event_kind::unframed;
    want(record.at, has_bytes ? record.bytes : 0);
    output text;
    text.add("event ", event_name(record.kind));
    text.add(": ");
    add_event_detail(text, record);
    add_place(text, record.at);
    comment(record.at, text.text());
    // Those may be told while bytes before them are of no record yet, or lie ahead.
    const bool is_beside = record.kind == event_kind::conflict || record.kind == event_kind::discarded ||
                           record.kind == event_kind::contested || record.kind == event_kind::reset_ignored;
    if (!is_beside) {
        reach(record.at, record.at.offset + (has_bytes ? record.bytes : 0));
    }
}

void frame_selection::on(const direction_closed& record) {
    const auto known = directions_.find(direction_number(record.at.stream, record.at.direction));
    if (known == directions_.end()) {
        return;
    }
    end(known->second);
    end_waiting(known->second);
    directions_.erase(known);
}

void frame_selection::on(const input_pause& /*pause*/) {
    settle_fragments(true);
    release(true);
    writer_.flush();
}

}  // namespace chatos::dump
