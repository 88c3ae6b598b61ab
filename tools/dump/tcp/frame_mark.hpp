// Which frame brought something, and when.
#pragma once

#include "dump/capture/captured_frame.hpp"

#include <cstdint>

namespace chatos::dump {

struct frame_mark {
    std::uint64_t frame{0};  ///< from 1, in its file
    capture_time time{};
    /// The other side had acknowledged these bytes before the capture had them: the frame is no measure of when they
    /// were sent.
    bool is_late{false};
};

}  // namespace chatos::dump
