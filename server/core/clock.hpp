// Time as the core sees it: an argument. The core never asks a clock; whoever drives it says what time it is.
#pragma once

#include <chrono>

namespace chatos::core {

/// A moment. Used as a type only: any epoch will do, as long as one driver sticks to it.
using time_point = std::chrono::steady_clock::time_point;
using duration = time_point::duration;

inline constexpr time_point never = time_point::max();

}  // namespace chatos::core
