// A text of the user, with carets under the place that a message is about.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace chatos::dump {

/// Column of the byte at `position`, from 1, in characters.
[[nodiscard]] std::size_t column_at(std::string_view text, std::size_t position);

/// Two lines, each after a line end and two spaces: the text, a long one only around the place, and carets under `size`
/// bytes from `position` on, or after the text if that is its end. Safe to print.
[[nodiscard]] std::string caret_text(std::string_view text, std::size_t position, std::size_t size);

}  // namespace chatos::dump
