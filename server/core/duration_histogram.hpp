// How long something took, counted in buckets as Prometheus wants them: few, and each has a fixed upper bound.
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace chatos::core {

/// Bucket i holds durations up to 2^i times the first bound (64 µs); the last one all longer ones. Adding takes no
/// search. base::histogram is exact to a percent, but takes 59 kB, too much to copy for each scrape.
class duration_histogram {
public:
    static constexpr std::size_t bounds_count = 21;  // the last bound is 67 s
    static constexpr std::uint64_t first_bound_us = 64;

    /// A negative duration counts as 0.
    void add(std::chrono::nanoseconds length) noexcept {
        const std::uint64_t ns = length.count() < 0 ? 0 : static_cast<std::uint64_t>(length.count());
        sum_ns_ += ns;
        const std::uint64_t units = ns == 0 ? 0 : (ns - 1) / (first_bound_us * 1'000);  // 0: within the first bound
        const auto bucket = static_cast<std::size_t>(std::bit_width(units));
        ++buckets_[bucket < bounds_count ? bucket : bounds_count];
    }

    /// Values above the bound before it and up to this one; at bounds_count those above every bound.
    [[nodiscard]] std::uint64_t in_bucket(std::size_t bucket) const noexcept { return buckets_[bucket]; }
    [[nodiscard]] static constexpr std::uint64_t bound_us(std::size_t bucket) noexcept {
        return first_bound_us << bucket;
    }
    [[nodiscard]] std::uint64_t sum_ns() const noexcept { return sum_ns_; }

private:
    std::array<std::uint64_t, bounds_count + 1> buckets_{};
    std::uint64_t sum_ns_{0};
};

}  // namespace chatos::core
