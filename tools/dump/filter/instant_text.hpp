// Times in filters: seconds since 1970, or the calendar in UTC.
#pragma once

#include "dump/filter/filter_value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace chatos::dump {

/// `1700000000.003`, `-1.5`, `2023-11-14`, `2023-11-14T22:13:20.003Z`; nothing for anything else. More than nine digits
/// behind the point are none.
[[nodiscard]] std::optional<filter_instant> read_instant(std::string_view text) noexcept;
/// Seconds since 1970, with as many digits as are needed.
[[nodiscard]] std::string instant_text(const filter_instant& when);

}  // namespace chatos::dump
