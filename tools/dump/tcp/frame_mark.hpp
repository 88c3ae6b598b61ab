// Which frame brought something, and when.
#pragma once

#include "dump/capture/captured_frame.hpp"

#include <cstdint>

namespace chatos::dump {

struct frame_mark {
    std::uint64_t frame{0};  ///< from 1, in its file
    capture_time time{};
};

}  // namespace chatos::dump
