// How many bytes a piece of code asks the allocator for, by the hook that every sanitizer's runtime library has.
#pragma once

#include <cstdint>

namespace chatos::fuzz {

/// Bytes that this process has asked for so far, freed or not. Stays 0 where no sanitizer is linked.
[[nodiscard]] std::uint64_t bytes_allocated() noexcept;

}  // namespace chatos::fuzz
