// Counts allocations, by the hook that every sanitizer's runtime library has, so that a harness can fail on one that
// was made inside the codec. Costs nothing as long as nothing is allocated.
#pragma once

#include <cstdint>

namespace chatos::fuzz {

/// Allocations of the calling thread so far. Stays 0 where no sanitizer is linked; codec/src/allocation_test.cpp is the
/// proof for such builds.
[[nodiscard]] std::uint64_t allocations() noexcept;

/// Whether this process can count them.
[[nodiscard]] bool counts_allocations() noexcept;

}  // namespace chatos::fuzz
