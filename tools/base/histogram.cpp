#include "base/histogram.hpp"

#include <algorithm>

namespace chatos::base {

std::uint64_t histogram::highest_in(std::size_t bucket) noexcept {
    if (bucket < octave_size) {
        return bucket;
    }
    const auto shift = static_cast<unsigned>(bucket >> precision_bits) - 1U;
    const std::uint64_t lowest = (octave_size + (bucket & (octave_size - 1U))) << shift;
    return lowest + ((std::uint64_t{1} << shift) - 1U);
}

std::uint64_t histogram::at_per_mille(std::uint32_t per_mille) const noexcept {
    // Rounded up, so that p99.9 of few values is the highest and not the one before.
    const std::uint64_t wanted = std::max<std::uint64_t>(1, (count_ * per_mille + 999U) / 1000U);
    std::uint64_t passed = 0;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
        passed += buckets_[bucket];
        if (passed >= wanted) {
            return std::min(highest_in(bucket), highest_);
        }
    }
    return highest_;
}

}  // namespace chatos::base
