// Validates UTF-8 (WIRE-8): no overlong form, no surrogate, nothing above U+10FFFF, no truncated sequence.
#pragma once

#include <cstddef>
#include <string_view>

namespace chatos {

/// What find_ill_formed_utf8() returns for well-formed text; not a valid position.
inline constexpr std::size_t utf8_well_formed = static_cast<std::size_t>(-1);

/// Position of the first byte of the first ill-formed sequence (WIRE-8; Unicode 15, table 3-7), in bytes, or
/// utf8_well_formed.
[[nodiscard]] std::size_t find_ill_formed_utf8(std::string_view text) noexcept;

/// Whether all of `text` is well-formed UTF-8 (WIRE-8). Empty text is well-formed.
[[nodiscard]] inline bool is_utf8(std::string_view text) noexcept {
    return find_ill_formed_utf8(text) == utf8_well_formed;
}

}  // namespace chatos
