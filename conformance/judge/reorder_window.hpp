// How far the order of frames is known. Frames of different connections may have changed places: taps are merged, and
// queues of a network card are read in turns. Only what lies farther apart than a window is in the order of its times.
// Within a connection acknowledgements and sequence numbers give the order.
#pragma once

#include "judge/trace.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace chatos::conformance {

class reorder_window {
public:
    /// Without a window the order of frames is that of what happened.
    reorder_window(const trace& observed, std::chrono::nanoseconds window);

    /// What has a frame before this one, on another connection, certainly happened before.
    [[nodiscard]] std::uint64_t earliest(std::uint64_t frame) const noexcept;
    /// What has a frame after this one, on another connection, certainly happened after.
    [[nodiscard]] std::uint64_t latest(std::uint64_t frame) const noexcept;

private:
    struct timed_frame {
        std::uint64_t frame;
        std::int64_t time_ns;
        std::int64_t latest_before_ns;   ///< of this frame and those before
        std::int64_t earliest_after_ns;  ///< of this frame and those after
    };

    std::int64_t window_ns_;
    std::vector<timed_frame> frames_;  // in their order
};

}  // namespace chatos::conformance
