#include "dump/stream_reader.hpp"

#include <algorithm>

namespace chatos::dump {

stream_reader::stream_reader(std::uint32_t stream, direction way, const limits& bounds, record_sink& sink,
                             totals& account)
    : stream_{stream}, way_{way}, bounds_{bounds}, sink_{&sink}, account_{&account} {
    ++account_->streams;
}

void stream_reader::take(std::span<const std::byte> fragment) {
    account_->input_bytes += fragment.size();
    while (!fragment.empty() && !error_) {
        if (held_.empty()) {
            take_whole(fragment);
        } else {
            take_held(fragment);
        }
    }
    if (error_) {
        lose(fragment);
    }
}

/// Gives out the packets that lie whole in the fragment, and holds the start of the one that does not.
void stream_reader::take_whole(std::span<const std::byte>& fragment) {
    while (!fragment.empty()) {
        const decode_result result = decode(fragment, bounds_, offset_);
        if (result.status == decode_status::complete) {
            give(fragment.first(result.consumed), result);
            fragment = fragment.subspan(result.consumed);
            continue;
        }
        if (result.status == decode_status::malformed) {
            error_ = result.error;
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
    const decode_result result = decode(held_, bounds_, offset_);
    switch (result.status) {
    case decode_status::complete:
        give(held_, result);
        held_.clear();
        break;
    case decode_status::incomplete: need_ = result.need; break;
    case decode_status::malformed:
        error_ = result.error;
        lost_bytes_ = held_.size();
        account_->malformed_bytes += held_.size();
        break;
    }
}

void stream_reader::give(std::span<const std::byte> bytes, const decode_result& result) {
    ++account_->packets;
    account_->packet_bytes += bytes.size();
    sink_->packet({.at = here(), .bytes = bytes, .packet = result.packet});
    offset_ += bytes.size();
}

malformed_record stream_reader::broken_record() const noexcept {
    return {.at = here(), .bytes = held_, .error = *error_, .lost_bytes = lost_bytes_};
}

/// Counts bytes behind an error, and keeps those that show where it happened.
void stream_reader::lose(std::span<const std::byte> fragment) {
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
    // A whole string is read before it is judged, so that more may be there than is shown.
    held_.resize(std::min(held_.size(), shown_bytes));
    if (held_.size() == shown_bytes) {
        malformed_shown_ = true;
        sink_->malformed(broken_record());
    }
}

void stream_reader::end() {
    if (error_) {
        if (!malformed_shown_) {
            malformed_shown_ = true;
            sink_->malformed(broken_record());
        }
        sink_->malformed_ended(broken_record());
    } else if (!held_.empty()) {
        account_->incomplete_bytes += held_.size();
        sink_->incomplete({.at = here(), .bytes = held_, .need = need_});
    }
}

}  // namespace chatos::dump
