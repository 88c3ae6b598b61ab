#include "dump/tcp/byte_history.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace chatos::dump {

namespace {

constexpr std::size_t least_capacity = 1024;

}  // namespace

void byte_history::grow(std::size_t wanted_bytes) {
    const std::size_t capacity = std::clamp(std::bit_ceil(wanted_bytes), least_capacity, bytes_max);
    if (capacity <= capacity_) {
        return;
    }
    auto ring = std::make_unique_for_overwrite<std::byte[]>(capacity);
    for (std::uint64_t offset = begin_; offset != end_;) {
        const std::size_t from = place_of(offset);
        const std::size_t to = offset & (capacity - 1);
        const std::size_t count = std::min({capacity_ - from, capacity - to, static_cast<std::size_t>(end_ - offset)});
        std::memcpy(ring.get() + to, ring_.get() + from, count);
        offset += count;
    }
    budget_->change(capacity_, capacity);
    ring_ = std::move(ring);
    capacity_ = capacity;
}

/// Keeps begin_ within the ring, and after holes that precede everything known.
void byte_history::forget_old() noexcept {
    begin_ = end_ - std::min<std::uint64_t>(end_ - begin_, capacity_);
    while (!holes_.empty() && holes_.front().begin <= begin_) {
        begin_ = std::min(end_, std::max(begin_, holes_.front().end));
        holes_.erase(holes_.begin());
    }
}

void byte_history::add(std::span<const std::byte> bytes) {
    if (bytes.size() > bytes_max) {
        add_missing(bytes.size() - bytes_max);
        bytes = bytes.last(bytes_max);
    }
    if (end_ - begin_ + bytes.size() > capacity_) {
        grow(static_cast<std::size_t>(std::min<std::uint64_t>(end_ - begin_ + bytes.size(), bytes_max)));
    }
    while (!bytes.empty()) {
        const std::size_t to = place_of(end_);
        const std::size_t count = std::min(capacity_ - to, bytes.size());
        std::memcpy(ring_.get() + to, bytes.data(), count);
        bytes = bytes.subspan(count);
        end_ += count;
    }
    if (end_ - begin_ > capacity_ || !holes_.empty()) {
        forget_old();
    }
    if (capacity_ != 0) {
        prefetch_next();
    }
}

/// The rings of many streams are larger than a cache: what comes next into this one would have to wait for memory, and
/// everything after it.
void byte_history::prefetch_next() const noexcept {
    constexpr std::size_t line_bytes = 64;
    constexpr std::size_t lines = 4;
    for (std::size_t line = 1; line <= lines; ++line) {
        __builtin_prefetch(ring_.get() + place_of(end_ + line * line_bytes), 1);
    }
}

void byte_history::add_missing(std::uint64_t count) {
    if (count == 0) {
        return;
    }
    if (count >= capacity_ || begin_ == end_) {
        end_ += count;
        begin_ = end_;
        holes_.clear();
        return;
    }
    if (holes_.size() == holes_max) {
        begin_ = holes_.front().end;
        holes_.erase(holes_.begin());
    }
    if (!holes_.empty() && holes_.back().end == end_) {
        holes_.back().end += count;
    } else {
        holes_.push_back({end_, end_ + count});
    }
    end_ += count;
    forget_old();
}

void byte_history::release() noexcept {
    budget_->change(capacity_, 0);
    ring_.reset();
    capacity_ = 0;
    begin_ = end_;
    holes_.clear();
}

std::span<const std::byte> byte_history::at(std::uint64_t offset, std::size_t bytes_wanted) const noexcept {
    if (offset < begin_ || offset >= end_) {
        return {};
    }
    std::uint64_t end = end_;
    for (const range& hole : holes_) {
        if (offset >= hole.begin && offset < hole.end) {
            return {};
        }
        if (hole.begin > offset) {
            end = std::min(end, hole.begin);
        }
    }
    const std::size_t from = place_of(offset);
    const auto known = static_cast<std::size_t>(std::min<std::uint64_t>(end - offset, capacity_ - from));
    return {ring_.get() + from, std::min(known, bytes_wanted)};
}

std::uint64_t byte_history::next_known(std::uint64_t offset) const noexcept {
    if (offset < begin_) {
        return begin_;
    }
    for (const range& hole : holes_) {
        if (offset >= hole.begin && offset < hole.end) {
            return hole.end;
        }
    }
    return end_;
}

}  // namespace chatos::dump
