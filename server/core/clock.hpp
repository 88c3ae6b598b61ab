// Time in the core. The core never reads a clock; its driver passes the time to it.
#pragma once

#include <chrono>

namespace chatos::core {

/// A point in time. The driver may choose any epoch, but must keep to it.
using time_point = std::chrono::steady_clock::time_point;
using duration = time_point::duration;

inline constexpr time_point never = time_point::max();

}  // namespace chatos::core
