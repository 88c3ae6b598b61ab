#include "dump/stats/duration_histogram.hpp"

#include <algorithm>

namespace chatos::dump {

namespace {

constexpr unsigned precision_bits = 7;
constexpr std::uint64_t octave_size = 1U << precision_bits;
constexpr std::size_t bucket_count = (64 - precision_bits + 1) * octave_size;

/// Values below octave_size have a bucket each. Above, the leading one and the bits behind it decide.
std::size_t bucket_of(std::uint64_t value) noexcept {
    if (value < octave_size) {
        return static_cast<std::size_t>(value);
    }
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - precision_bits - 1U;
    return (std::size_t{shift} << precision_bits) + static_cast<std::size_t>(value >> shift);
}

std::uint64_t highest_in(std::size_t bucket) noexcept {
    if (bucket < 2 * octave_size) {
        return bucket;
    }
    const std::size_t shift = bucket / octave_size - 1;
    return ((bucket % octave_size + octave_size + 1) << shift) - 1;
}

}  // namespace

void duration_histogram::add(std::uint64_t nanoseconds) {
    buckets_.resize(bucket_count);
    ++buckets_[bucket_of(nanoseconds)];
    lowest_ = count_ == 0 ? nanoseconds : std::min(lowest_, nanoseconds);
    highest_ = std::max(highest_, nanoseconds);
    ++count_;
}

std::uint64_t duration_histogram::at_percent(unsigned percent) const noexcept {
    const std::uint64_t wanted = std::max<std::uint64_t>((count_ * percent + 99) / 100, 1);
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
        seen += buckets_[bucket];
        if (seen >= wanted) {
            return std::clamp(highest_in(bucket), lowest_, highest_);
        }
    }
    return 0;
}

}  // namespace chatos::dump
