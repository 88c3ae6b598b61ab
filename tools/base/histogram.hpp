// Any number of values, such as durations, in a fixed amount of memory: exact below 128, within one percent above.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace chatos::base {

/// Counts values in buckets that are 1/128 of their octave wide. Adding takes no search, and no allocation but for the
/// first value.
class histogram {
public:
    void add(std::uint64_t value) {
        if (count_++ == 0) {
            buckets_.assign(bucket_count, 0);
            lowest_ = value;
        }
        ++buckets_[bucket_of(value)];
        lowest_ = std::min(lowest_, value);
        highest_ = std::max(highest_, value);
    }
    /// Forgets all values.
    void clear() noexcept { *this = {}; }

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    /// The lowest and the highest value, exactly; 0 when there is none.
    [[nodiscard]] std::uint64_t lowest() const noexcept { return lowest_; }
    [[nodiscard]] std::uint64_t highest() const noexcept { return highest_; }
    /// A value that `per_mille` of 1,000 values do not exceed, at most one percent above the true one and never above
    /// highest(); 0 when there is none. `per_mille` is from 0 to 1,000.
    [[nodiscard]] std::uint64_t at_per_mille(std::uint32_t per_mille) const noexcept;

private:
    static constexpr unsigned precision_bits = 7;
    static constexpr std::size_t octave_size = std::size_t{1} << precision_bits;

    // Values below octave_size have a bucket each. Above, the leading one and the precision_bits after it decide.
    static constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
        if (value < octave_size) {
            return static_cast<std::size_t>(value);
        }
        const auto shift = static_cast<unsigned>(std::bit_width(value)) - precision_bits - 1U;
        return (std::size_t{shift} << precision_bits) + static_cast<std::size_t>(value >> shift);
    }
    static constexpr std::size_t bucket_count = (64 - precision_bits + 1) * octave_size;

    static std::uint64_t highest_in(std::size_t bucket) noexcept;

    std::vector<std::uint64_t> buckets_;  // empty until the first value
    std::uint64_t count_{0};
    std::uint64_t lowest_{0};
    std::uint64_t highest_{0};
};

}  // namespace chatos::base
