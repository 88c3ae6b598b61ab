// Durations of any number of messages in a fixed amount of memory: exact below 128 ns, within one percent above.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace chatos::bench {

/// Counts values in buckets that are 1/128 of their octave wide. Adding takes no allocation and no search.
class histogram {
public:
    void add(std::uint64_t value) noexcept {
        ++buckets_[bucket_of(value)];
        ++count_;
        highest_ = value > highest_ ? value : highest_;
    }
    /// Forgets all values.
    void clear() noexcept { *this = {}; }

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    /// The highest value, exactly; 0 when there is none.
    [[nodiscard]] std::uint64_t highest() const noexcept { return highest_; }
    /// A value that `per_mille` of 1,000 values do not exceed, at most one percent above the true one and never above
    /// highest(); 0 when there is none. `per_mille` is from 0 to 1,000.
    [[nodiscard]] std::uint64_t at_per_mille(std::uint32_t per_mille) const noexcept;

private:
    static constexpr unsigned precision_bits = 7;
    static constexpr std::size_t octave_size = std::size_t{1} << precision_bits;

    // Values below octave_size have a bucket each. Above, the leading one and the precision_bits behind it decide.
    static constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
        if (value < octave_size) {
            return static_cast<std::size_t>(value);
        }
        const auto shift = static_cast<unsigned>(std::bit_width(value)) - precision_bits - 1U;
        return (std::size_t{shift} << precision_bits) + static_cast<std::size_t>(value >> shift);
    }
    static constexpr std::size_t bucket_count = (64 - precision_bits + 1) * octave_size;

    static std::uint64_t highest_in(std::size_t bucket) noexcept;

    std::array<std::uint64_t, bucket_count> buckets_{};
    std::uint64_t count_{0};
    std::uint64_t highest_{0};
};

}  // namespace chatos::bench
