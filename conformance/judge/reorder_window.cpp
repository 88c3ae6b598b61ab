#include "judge/reorder_window.hpp"

#include <algorithm>

namespace chatos::conformance {

reorder_window::reorder_window(const trace& observed, std::chrono::nanoseconds window) : window_ns_{window.count()} {
    if (window_ns_ == 0) {
        return;
    }
    const auto add = [this](std::uint64_t frame, std::int64_t time_ns) {
        if (time_ns != 0) {
            frames_.push_back({frame, time_ns, time_ns, time_ns});
        }
    };
    for (const connection& source : observed.connections) {
        for (const direction_trace& direction : source.directions) {
            for (const observed_packet& packet : direction.packets) {
                add(packet.frame, packet.time_ns);
            }
            if (direction.malformed) {
                add(direction.malformed->frame, direction.malformed->time_ns);
            }
            if (direction.end != direction_end::open) {
                add(direction.end_frame, direction.end_time_ns);
            }
        }
    }
    std::sort(frames_.begin(), frames_.end(),
              [](const timed_frame& left, const timed_frame& right) { return left.frame < right.frame; });
    for (std::size_t index = 1; index < frames_.size(); ++index) {
        frames_[index].latest_before_ns = std::max(frames_[index].time_ns, frames_[index - 1].latest_before_ns);
    }
    for (std::size_t index = frames_.size(); index-- > 1;) {
        frames_[index - 1].earliest_after_ns = std::min(frames_[index - 1].time_ns, frames_[index].earliest_after_ns);
    }
}

std::uint64_t reorder_window::earliest(std::uint64_t frame) const noexcept {
    const auto next = std::partition_point(frames_.begin(), frames_.end(),
                                           [&](const timed_frame& each) { return each.frame <= frame; });
    if (next == frames_.begin()) {
        return frame;
    }
    // The frame itself, or one without a packet right after another: its time is not before that of the other.
    const std::int64_t time_ns = std::prev(next)->earliest_after_ns;
    const auto first = std::partition_point(
        frames_.begin(), next, [&](const timed_frame& each) { return each.latest_before_ns < time_ns - window_ns_; });
    return first == next ? frame : std::min(frame, first->frame);
}

std::uint64_t reorder_window::latest(std::uint64_t frame) const noexcept {
    const auto next = std::partition_point(frames_.begin(), frames_.end(),
                                           [&](const timed_frame& each) { return each.frame < frame; });
    if (next == frames_.end()) {
        return frame;
    }
    const std::int64_t time_ns = next->latest_before_ns;
    const auto last = std::partition_point(
        next, frames_.end(), [&](const timed_frame& each) { return each.earliest_after_ns <= time_ns + window_ns_; });
    // One more, because what has the same frame as the last one is within the window, too.
    return last == next || std::prev(last)->frame <= frame ? frame : std::prev(last)->frame + 1;
}

}  // namespace chatos::conformance
