// How a process shares the processors: what it ran, and what it waited for its turn. Time in which an implementation
// cannot run is no time in which it keeps silent.
#pragma once

#include <chrono>
#include <sys/types.h>

namespace chatos::conformance {

/// Summed over the threads of a process, or of several.
struct processor_use {
    std::chrono::nanoseconds ran{0};
    std::chrono::nanoseconds waited{0};  ///< able to run, and another had the processor

    processor_use& operator+=(const processor_use& other) noexcept {
        ran += other.ran;
        waited += other.waited;
        return *this;
    }
};

/// So far, as Linux counts it for the threads that live; nothing for a process that does not exist, or where it is
/// unknown.
[[nodiscard]] processor_use processor_use_of(pid_t process);

/// The part of `passed` that does not count, when the processes went from `before` to `after` in it: what they waited,
/// and no larger a share than they waited of the time in which they wanted to run. So the time of one that is busy for
/// itself passes as fast as it runs.
[[nodiscard]] std::chrono::nanoseconds starved_part(std::chrono::nanoseconds passed, const processor_use& before,
                                                    const processor_use& after) noexcept;

}  // namespace chatos::conformance
