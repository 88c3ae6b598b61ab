// Durations of any number of exchanges in a fixed amount of memory.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace chatos::dump {

/// Counts nanoseconds in buckets that are 1/128 of their octave wide. Lowest and highest are exact.
class duration_histogram {
public:
    void add(std::uint64_t nanoseconds);

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] std::uint64_t lowest() const noexcept { return lowest_; }
    [[nodiscard]] std::uint64_t highest() const noexcept { return highest_; }
    /// A duration that `percent` of 100 values do not exceed, at most one percent above the true one; 0 when there is
    /// none.
    [[nodiscard]] std::uint64_t at_percent(unsigned percent) const noexcept;

private:
    std::vector<std::uint64_t> buckets_;  // empty while nothing was added
    std::uint64_t count_{0};
    std::uint64_t lowest_{0};
    std::uint64_t highest_{0};
};

}  // namespace chatos::dump
