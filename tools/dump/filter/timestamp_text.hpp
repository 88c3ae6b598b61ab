// Times in filters: seconds since 1970, or the calendar in UTC.
#pragma once

#include "dump/filter/filter_value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace chatos::dump {

/// Parses `1700000000.003`, `-1.5`, `2023-11-14` and `2023-11-14T22:13:20.003Z`, with at most nine digits after the
/// point; nothing for other texts.
[[nodiscard]] std::optional<filter_timestamp> read_timestamp(std::string_view text) noexcept;
/// Seconds since 1970, with as many digits as are needed.
[[nodiscard]] std::string timestamp_text(const filter_timestamp& when);

}  // namespace chatos::dump
