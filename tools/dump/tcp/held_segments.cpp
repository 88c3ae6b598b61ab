#include "dump/tcp/held_segments.hpp"

#include <algorithm>
#include <cstring>

namespace chatos::dump {

namespace {

/// What a part costs beside its bytes, about.
constexpr std::size_t part_overhead_bytes = 96;

std::span<const std::byte> slice(const stream_part& part, std::int64_t from, std::int64_t to) noexcept {
    return part.bytes.subspan(static_cast<std::size_t>(from - part.offset), static_cast<std::size_t>(to - from));
}

}  // namespace

void compare_bytes(std::int64_t offset, std::span<const std::byte> kept, std::span<const std::byte> other,
                   conflict_listener& listener) {
    if (kept.empty() || std::memcmp(kept.data(), other.data(), kept.size()) == 0) {
        return;
    }
    std::size_t from = 0;
    while (kept[from] == other[from]) {
        ++from;
    }
    std::size_t to = kept.size();
    while (kept[to - 1] == other[to - 1]) {
        --to;
    }
    listener.conflict(offset + static_cast<std::int64_t>(from), kept.subspan(from, to - from),
                      other.subspan(from, to - from));
}

void held_segments::insert(std::size_t index, const stream_part& part) {
    auto bytes = std::make_unique_for_overwrite<std::byte[]>(part.bytes.size());
    std::copy(part.bytes.begin(), part.bytes.end(), bytes.get());
    parts_.insert(parts_.begin() + static_cast<std::ptrdiff_t>(index),
                  held_part{part.offset, static_cast<std::uint32_t>(part.bytes.size()), part.cut_bytes,
                            part.header_was_cut, part.mark, std::move(bytes)});
    bytes_ += part.bytes.size();
    budget_->change(0, part.bytes.size() + part_overhead_bytes);
}

std::size_t held_segments::add(const stream_part& part, conflict_listener& listener) {
    std::size_t known_bytes = 0;
    std::int64_t from = part.offset;
    const std::int64_t end = part.end();
    std::size_t index = first_;
    // A part of no bytes that only says that some are missing is over nothing.
    while (index < parts_.size() && parts_[index].end() <= from && parts_[index].offset < from) {
        ++index;
    }
    for (; index < parts_.size() && from < end; ++index) {
        const held_part& held = parts_[index];
        if (held.offset >= end) {
            break;
        }
        if (from < held.offset) {
            insert(index, {from, slice(part, from, held.offset), 0, false, part.mark});
            from = parts_[++index].offset;
        }
        const held_part& known = parts_[index];
        const std::int64_t to = std::min(end, known.end());
        if (from < to) {
            const auto position = static_cast<std::size_t>(from - known.offset);
            const auto count = static_cast<std::size_t>(to - from);
            compare_bytes(from, {known.bytes.get() + position, count}, slice(part, from, to), listener);
            known_bytes += count;
            from = to;
        }
    }
    if (from < end || part.cut_bytes != 0) {
        while (index < parts_.size() && parts_[index].offset < from) {
            ++index;
        }
        insert(index, {from, slice(part, from, end), part.cut_bytes, part.header_was_cut, part.mark});
    }
    return known_bytes;
}

void held_segments::drop_front() noexcept {
    held_part& dropped = parts_[first_++];
    bytes_ -= dropped.size;
    budget_->change(dropped.size + part_overhead_bytes, 0);
    dropped.bytes.reset();
    if (first_ == parts_.size() || first_ > 64) {
        parts_.erase(parts_.begin(), parts_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }
}

void held_segments::clear() noexcept {
    while (!is_empty()) {
        drop_front();
    }
}

void held_segments::shift(std::int64_t by) noexcept {
    for (held_part& part : parts_) {
        part.offset += by;
    }
}

std::int64_t held_segments::contiguous_end() const noexcept {
    std::int64_t end = parts_[first_].end();
    for (std::size_t index = first_ + 1; index < parts_.size() && parts_[index].offset <= end; ++index) {
        end = std::max(end, parts_[index].end());
    }
    return end;
}

}  // namespace chatos::dump
