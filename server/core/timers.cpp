#include "core/timers.hpp"

namespace chatos::core {

void timers::wake_by(std::uint32_t slot, time_point when) {
    if (slot >= positions_.size()) {
        positions_.resize(std::size_t{slot} + 1, nowhere);
    }
    const std::uint32_t position = positions_[slot];
    if (position == nowhere) {
        heap_.push_back({slot, when});
        positions_[slot] = static_cast<std::uint32_t>(heap_.size() - 1);
        sift_up(positions_[slot]);
    } else if (when < heap_[position].when) {
        heap_[position].when = when;
        sift_up(position);
    }
}

void timers::cancel(std::uint32_t slot) {
    if (slot < positions_.size() && positions_[slot] != nowhere) {
        remove_at(positions_[slot]);
    }
}

std::optional<time_point> timers::earliest() const noexcept {
    return heap_.empty() ? std::nullopt : std::optional{heap_.front().when};
}

std::optional<time_point> timers::wake_up_of(std::uint32_t slot) const noexcept {
    if (slot >= positions_.size() || positions_[slot] == nowhere) {
        return std::nullopt;
    }
    return heap_[positions_[slot]].when;
}

std::optional<timers::wake_up> timers::take_due(time_point now) {
    if (heap_.empty() || heap_.front().when > now) {
        return std::nullopt;
    }
    const wake_up due = heap_.front();
    remove_at(0);
    return due;
}

void timers::place(std::uint32_t position, wake_up one) noexcept {
    heap_[position] = one;
    positions_[one.slot] = position;
}

void timers::sift_up(std::uint32_t position) noexcept {
    const wake_up moving = heap_[position];
    while (position != 0) {
        const std::uint32_t parent = (position - 1) / 2;
        if (heap_[parent].when <= moving.when) {
            break;
        }
        place(position, heap_[parent]);
        position = parent;
    }
    place(position, moving);
}

void timers::sift_down(std::uint32_t position) noexcept {
    const wake_up moving = heap_[position];
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
        place(position, heap_[child]);
        position = child;
    }
    place(position, moving);
}

void timers::remove_at(std::uint32_t position) {
    positions_[heap_[position].slot] = nowhere;
    const wake_up last = heap_.back();
    heap_.pop_back();
    if (position == heap_.size()) {
        return;
    }
    place(position, last);
    sift_up(position);
    sift_down(positions_[last.slot]);
}

}  // namespace chatos::core
