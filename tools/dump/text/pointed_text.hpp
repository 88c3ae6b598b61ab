// A text that a user gave, with a mark under the place that is meant.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace chatos::dump {

/// Column of the byte at `position`, from 1, in characters.
[[nodiscard]] std::size_t column_at(std::string_view text, std::size_t position);

/// Two lines, each after an end of line and two spaces: the text, of a long one what stands around the place, and a
/// mark under `size` bytes from `position` on, behind the text if that is its end. Safe to print.
[[nodiscard]] std::string pointed_text(std::string_view text, std::size_t position, std::size_t size);

}  // namespace chatos::dump
