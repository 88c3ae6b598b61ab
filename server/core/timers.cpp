#include "core/timers.hpp"

namespace chatos::core {

void timers::wake_by(std::uint32_t slot, time_point when) {
    if (slot >= positions_.size()) {
        positions_.resize(std::size_t{slot} + 1, not_queued);
    }
    const std::uint32_t position = positions_[slot];
    if (position == not_queued) {
        heap_.push_back({slot, when});
        positions_[slot] = static_cast<std::uint32_t>(heap_.size() - 1);
        sift_up(positions_[slot]);
    } else if (when < heap_[position].when) {
        heap_[position].when = when;
        sift_up(position);
    }
}

void timers::cancel(std::uint32_t slot) {
    if (slot < positions_.size() && positions_[slot] != not_queued) {
        remove_at(positions_[slot]);
    }
}

std::optional<time_point> timers::earliest() const noexcept {
    return heap_.empty() ? std::nullopt : std::optional{heap_.front().when};
}

std::optional<time_point> timers::scheduled_at(std::uint32_t slot) const noexcept {
    if (slot >= positions_.size() || positions_[slot] == not_queued) {
        return std::nullopt;
    }
    return heap_[positions_[slot]].when;
}

std::optional<timers::entry> timers::take_due(time_point now) {
    if (heap_.empty() || heap_.front().when > now) {
        return std::nullopt;
    }
    const entry due = heap_.front();
    remove_at(0);
    return due;
}

void timers::put(std::uint32_t position, entry timer) noexcept {
    heap_[position] = timer;
    positions_[timer.slot] = position;
}

void timers::sift_up(std::uint32_t position) noexcept {
    const entry moving = heap_[position];
    while (position != 0) {
        const std::uint32_t parent = (position - 1) / 2;
        if (heap_[parent].when <= moving.when) {
            break;
        }
        put(position, heap_[parent]);
        position = parent;
    }
    put(position, moving);
}

void timers::sift_down(std::uint32_t position) noexcept {
    const entry moving = heap_[position];
    const auto size = static_cast<std::uint32_t>(heap_.size());
    for (;;) {
        std::uint32_t child = position * 2 + 1;
        if (child >= size) {
            break;
        }
        if (child + 1 < size && heap_[child + 1].when < heap_[child].when) {
            ++child;
        }
        if (moving.when <= heap_[child].when) {
            break;
        }
        put(position, heap_[child]);
        position = child;
    }
    put(position, moving);
}

void timers::remove_at(std::uint32_t position) {
    positions_[heap_[position].slot] = not_queued;
    const entry last = heap_.back();
    heap_.pop_back();
    if (position == heap_.size()) {
        return;
    }
    put(position, last);
    sift_up(position);
    sift_down(positions_[last.slot]);
}

}  // namespace chatos::core
