#include "dump/stream/stream_reader.hpp"

#include "dump/record/packet_fields.hpp"

#include <chatos/decode_batch.hpp>

#include <algorithm>
#include <utility>

namespace chatos::dump {

stream_reader::stream_reader(std::uint32_t stream, stream_direction direction, const limits& bounds, record_sink& sink,
                             totals& account)
    : stream_{stream}, direction_{direction}, bounds_{bounds}, sink_{&sink}, account_{&account} {
    ++account_->streams;
}

stream_reader::stream_reader(std::uint32_t stream, stream_direction direction, const limits& bounds, record_sink& sink,
                             totals& account, const capture_position& place)
    : stream_{stream}, direction_{direction}, bounds_{bounds}, sink_{&sink}, account_{&account}, capture_position_{
                                                                                                     &place} {}

void stream_reader::take(std::span<const std::byte> fragment) {
    account_->input_bytes += fragment.size();
    while (!fragment.empty() && !error_) {
        if (held_.empty()) {
            take_whole(fragment);
        } else {
            take_held(fragment);
        }
    }
    if (!error_) {
        return;
    }
    if (keeps_failed_) {
        held_.insert(held_.end(), fragment.begin(), fragment.end());
    } else {
        discard(fragment);
    }
}

stream_reader::failed_packet_bytes stream_reader::take_failed_packet() {
    failed_packet_bytes failed{*error_, offset_, std::move(held_)};
    account_->input_bytes -= failed.bytes.size();
    held_.clear();
    error_.reset();
    error_position_.reset();
    return failed;
}

/// Reports the packets that are complete in the fragment, and holds the start of the one that is not.
void stream_reader::take_whole(std::span<const std::byte>& fragment) {
    // Decoded in place: a copy of what has just been written makes the processor wait.
    any_record record{std::in_place_type<packet_record>};
    packet_record& given = *std::get_if<packet_record>(&record);
    while (!fragment.empty()) {
        const batch_result result = decode_batch(fragment, {&given.packet, 1}, bounds_, offset_);
        if (result.status == decode_status::complete) {
            given.bytes = fragment.first(result.consumed);
            give(record, given);
            fragment = fragment.subspan(result.consumed);
            continue;
        }
        if (result.status == decode_status::malformed) {
            fail(result.error);
        } else {
            need_ = result.need;
            held_.assign(fragment.begin(), fragment.end());
            fragment = {};
        }
        return;
    }
}

/// Adds just the bytes that the next decision needs to those that are held, and decides.
void stream_reader::take_held(std::span<const std::byte>& fragment) {
    const std::span<const std::byte> added = fragment.first(std::min(need_, fragment.size()));
    held_.insert(held_.end(), added.begin(), added.end());
    fragment = fragment.subspan(added.size());
    need_ -= added.size();
    if (need_ != 0) {
        return;
    }
    any_record record{std::in_place_type<packet_record>};
    packet_record& given = *std::get_if<packet_record>(&record);
    const batch_result result = decode_batch(held_, {&given.packet, 1}, bounds_, offset_);
    switch (result.status) {
    case decode_status::complete:
        given.bytes = held_;
        give(record, given);
        forget_held();
        break;
    case decode_status::incomplete: need_ = result.need; break;
    case decode_status::malformed:
        fail(result.error);
        if (!keeps_failed_) {
            sink_->take(undecoded_record{malformed().at, held_});
            lost_bytes_ = held_.size();
            account_->malformed_bytes += held_.size();
        }
        break;
    }
}

/// `packet` is the one in `record`; all but its place is set.
void stream_reader::give(const any_record& record, packet_record& packet) {
    packet.at = position();
    ++account_->packets;
    account_->packet_bytes += packet.bytes.size();
    sink_->take(record);
    offset_ += packet.bytes.size();
}

/// Only a small buffer is used again: there may be thousands of streams.
void stream_reader::forget_held() noexcept {
    constexpr std::size_t kept_bytes_max = 512;
    held_.clear();
    if (held_.capacity() > kept_bytes_max) {
        std::vector<std::byte>{}.swap(held_);
    }
}

void stream_reader::fail(const decode_error& error) {
    error_ = error;
    if (capture_position_ != nullptr) {
        error_position_ = std::make_shared<const capture_position>(*capture_position_);
    }
}

std::size_t stream_reader::abandon(std::uint64_t offset) noexcept {
    if (error_) {
        return 0;
    }
    const std::size_t dropped = held_.size();
    forget_held();
    offset_ = offset;
    return dropped;
}

std::uint64_t stream_reader::unfinished_packet_bytes() const noexcept {
    if (error_ || held_.empty()) {
        return 0;
    }
    const packet_layout* const row = find_layout(std::to_integer<std::uint8_t>(held_.front()));
    const packet_fields fields{held_};
    // The last body is the last field: its size determines where the packet ends.
    const packet_field& last = fields.back();
    const bool is_known = row != nullptr && last.name == layout_of(row->parts().back()).body_field;
    return is_known ? last.position + last.size_expected : 0;
}

malformed_record stream_reader::malformed() const noexcept {
    stream_position at = position();
    if (error_position_) {
        at.capture = error_position_.get();
    }
    return {.at = at, .bytes = held_, .error = *error_, .lost_bytes = lost_bytes_};
}

/// Counts bytes after an error, and keeps those that show where it happened.
void stream_reader::discard(std::span<const std::byte> fragment) {
    if (!fragment.empty()) {
        sink_->take(undecoded_record{malformed().at, fragment});
    }
    lost_bytes_ += fragment.size();
    account_->malformed_bytes += fragment.size();
    if (malformed_shown_) {
        return;
    }
    const auto shown_bytes = static_cast<std::size_t>(error_->offset - offset_) + context_bytes;
    if (held_.size() < shown_bytes) {
        const std::span<const std::byte> added = fragment.first(std::min(shown_bytes - held_.size(), fragment.size()));
        held_.insert(held_.end(), added.begin(), added.end());
    }
    // A string is decoded only when it is complete, so that more bytes may be held than are shown.
    held_.resize(std::min(held_.size(), shown_bytes));
    if (held_.size() == shown_bytes) {
        malformed_shown_ = true;
        sink_->take(malformed());
    }
}

void stream_reader::end() {
    if (error_) {
        if (!malformed_shown_) {
            malformed_shown_ = true;
            sink_->take(malformed());
        }
        sink_->take(malformed_end{malformed()});
    } else if (!held_.empty()) {
        account_->incomplete_bytes += held_.size();
        sink_->take(incomplete_record{.at = position(), .bytes = held_, .need = need_});
    }
    held_.clear();
    held_.shrink_to_fit();
}

}  // namespace chatos::dump
