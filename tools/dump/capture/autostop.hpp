// -c and -a: reading ends by itself after so many frames, or so much time.
#pragma once

#include "dump/capture/captured_frame.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace chatos::dump {

struct autostop {
    using clock = std::chrono::steady_clock;
    /// Longer than anybody waits, and short enough to be added to any time.
    static constexpr std::chrono::seconds duration_max{1'000'000'000};

    std::uint64_t frames_max{UINT64_MAX};  ///< of all files together, without frames that -f rejects
    /// At most duration_max. By the time stamps of a capture, from its first frame on, so that a file ends at the same
    /// frame each time; and by the clock, for interfaces and pipes that have nothing more to read.
    std::optional<std::chrono::nanoseconds> duration{};

    /// When waiting ends that begins now.
    [[nodiscard]] std::optional<clock::time_point> deadline() const {
        return duration ? std::optional{clock::now() + *duration} : std::nullopt;
    }
};

/// Whether a frame came later than a capture's first one by more than a duration. Frames without a time never do.
class capture_clock {
public:
    explicit capture_clock(const std::optional<std::chrono::nanoseconds>& duration) noexcept : duration_{duration} {}

    [[nodiscard]] bool is_past(const capture_time& time) noexcept {
        if (!duration_ || time.digits == 0) {
            return false;
        }
        if (first_.digits == 0) {
            first_ = time;
        }
        std::int64_t seconds = 0;
        if (__builtin_sub_overflow(time.seconds, first_.seconds, &seconds) ||
            seconds > autostop::duration_max.count()) {
            return time.seconds > first_.seconds;
        }
        const std::int64_t nanoseconds = std::int64_t{time.nanoseconds} - first_.nanoseconds;
        return seconds >= 0 && std::chrono::seconds{seconds} + std::chrono::nanoseconds{nanoseconds} > *duration_;
    }

private:
    std::optional<std::chrono::nanoseconds> duration_;
    capture_time first_{};  // no digits: none yet. GCC 12 takes an optional for uninitialized here.
};

}  // namespace chatos::dump
