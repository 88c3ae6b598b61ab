// Every limit of the server: its flag, unit, meaning and location. The program's flags and --print-limits are both
// generated from this table.
#pragma once

#include "ops/service_options.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace chatos::ops {

enum class unit : std::uint8_t { number, bytes, milliseconds };

/// "bytes", "ms", or empty for a number.
[[nodiscard]] std::string_view name_of(unit unit) noexcept;

struct limit {
    std::string_view flag;  ///< "--capacity"
    unit counts_in;
    std::string_view meaning;  ///< what it limits, and what happens beyond
    std::uint64_t (*get)(const service_options&);
    void (*set)(service_options&, std::uint64_t);
    std::uint64_t most;  ///< maximum of its type
    bool fixed{false};   ///< takes effect at a start only, not when the flags are read again
};

/// All limits, in the order in which they are shown.
[[nodiscard]] std::span<const limit> limits() noexcept;

}  // namespace chatos::ops
