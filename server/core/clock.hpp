// Time as the core sees it: an argument. The core never reads a clock; its driver tells it the time.
#pragma once

#include <chrono>

namespace chatos::core {

/// A moment. Any epoch will do, as long as the driver keeps to it.
using time_point = std::chrono::steady_clock::time_point;
using duration = time_point::duration;

inline constexpr time_point never = time_point::max();

}  // namespace chatos::core
