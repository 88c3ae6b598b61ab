#include "dump/tcp/boundary_search.hpp"

#include <chatos/decode.hpp>
#include <chatos/layout.hpp>

#include <algorithm>

namespace chatos::dump {

namespace {

/// More pieces than this in a window share marks: which frame brought a byte is then known only roughly.
constexpr std::size_t marks_max = 4096;
/// So many rejected bytes are worth moving those after them.
constexpr std::size_t discard_bytes = 16'384;

}  // namespace

boundary_search::boundary_search(std::uint64_t offset, bool trusts_first_byte, const limits& bounds,
                                 memory_budget& budget) noexcept
    : bounds_{bounds}, budget_{&budget}, first_offset_{offset}, window_offset_{offset}, trusts_first_byte_{
                                                                                            trusts_first_byte} {}

boundary_search::~boundary_search() {
    budget_->change(window_.capacity(), 0);
}

void boundary_search::add(std::span<const std::byte> bytes, const frame_mark& mark) {
    const std::size_t before = window_.capacity();
    window_.insert(window_.end(), bytes.begin(), bytes.end());
    budget_->change(before, window_.capacity());
    if (!marks_.empty() && (marks_.back().mark.frame == mark.frame || marks_.size() == marks_max)) {
        marks_.back() = {end_offset(), mark};
    } else {
        marks_.push_back({end_offset(), mark});
    }
}

/// Whether a boundary is at the start of `bytes`; if still open, wanted_bytes_ says when to try again.
boundary_search::candidate_state boundary_search::examine(std::span<const std::byte> bytes, bool at_end) {
    const auto wait_for = [this, at_end, have = bytes.size()](std::size_t need) {
        if (at_end || have + need > window_bytes_max(bounds_)) {
            return candidate_state::rejected;
        }
        wanted_bytes_ = window_.size() + need;
        return candidate_state::open;
    };
    const decode_result first = decode(bytes, bounds_);
    if (first.status == decode_status::malformed) {
        return candidate_state::rejected;
    }
    if (first.status == decode_status::incomplete) {
        return wait_for(first.need);
    }
    if (trusts_first_byte_ && offset() == first_offset_) {
        proof_ = boundary_proof::first_byte;
        return candidate_state::proven;
    }
    const std::span<const std::byte> remaining = bytes.subspan(first.consumed);
    if (remaining.empty()) {
        proof_ = boundary_proof::exact_end;
        return at_end ? candidate_state::proven : wait_for(1);
    }
    const decode_result second = decode(remaining, bounds_);
    if (second.status == decode_status::complete) {
        proof_ = boundary_proof::two_packets;
        return candidate_state::proven;
    }
    return second.status == decode_status::malformed ? candidate_state::rejected : wait_for(second.need);
}

std::optional<boundary_proof> boundary_search::find(bool at_end) {
    if (!at_end && window_.size() < wanted_bytes_) {
        return std::nullopt;
    }
    for (; candidate_ < window_.size(); ++candidate_) {
        const bool starts_packet = find_layout(std::to_integer<std::uint8_t>(window_[candidate_])) != nullptr;
        const candidate_state state =
            starts_packet ? examine(std::span{window_}.subspan(candidate_), at_end) : candidate_state::rejected;
        if (state == candidate_state::proven) {
            return proof_;
        }
        if (state == candidate_state::open) {
            break;
        }
    }
    discard_rejected();
    return std::nullopt;
}

void boundary_search::discard_rejected() {
    if (candidate_ < discard_bytes && candidate_ < window_.size()) {
        return;
    }
    window_.erase(window_.begin(), window_.begin() + static_cast<std::ptrdiff_t>(candidate_));
    window_offset_ += candidate_;
    wanted_bytes_ -= std::min(wanted_bytes_, candidate_);
    candidate_ = 0;
    std::erase_if(marks_, [this](const mark_end& mark) { return mark.offset <= window_offset_; });
}

std::span<const std::byte> boundary_search::boundary_bytes() const noexcept {
    return std::span{window_}.subspan(candidate_);
}

boundary_search::piece boundary_search::piece_at(std::size_t position) const noexcept {
    const std::uint64_t offset = window_offset_ + candidate_ + position;
    const auto mark = std::ranges::upper_bound(marks_, offset, {}, &mark_end::offset);
    return {static_cast<std::size_t>(mark->offset - offset), mark->mark};
}

}  // namespace chatos::dump
