// Every limit of the server once: its flag, its unit, what it means, where it is kept. The program's flags and
// --print-limits both follow from this table.
#pragma once

#include "ops/service_options.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace chatos::ops {

enum class unit : std::uint8_t { number, bytes, milliseconds };

/// "bytes", "ms", or nothing for a number.
[[nodiscard]] std::string_view name_of(unit unit) noexcept;

struct limit {
    std::string_view flag;  ///< "--capacity"
    unit counts_in;
    std::string_view meaning;  ///< what it bounds, and what happens beyond
    std::uint64_t (*get)(const service_options&);
    void (*set)(service_options&, std::uint64_t);
    std::uint64_t most;  ///< what its place can hold
};

/// All limits, in the order in which they are shown.
[[nodiscard]] std::span<const limit> limits() noexcept;

}  // namespace chatos::ops
