// Texts in the columns of a terminal: measured, cut, padded, wrapped.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace chatos::base {

/// Columns that a terminal gives a code point, as wcwidth() has it in any UTF-8 locale: 2 for East Asian wide
/// characters and emoji, 0 for combining marks and for controls, 1 for all others.
[[nodiscard]] std::size_t columns_of(char32_t code_point) noexcept;

/// Columns of a text of UTF-8 without escape sequences; an ill-formed byte has one.
[[nodiscard]] std::size_t columns_of(std::string_view text) noexcept;

/// The start of `text` that takes at most `columns` columns; where something is left out it ends with an ellipsis.
[[nodiscard]] std::string cut_to_columns(std::string_view text, std::size_t columns);

/// `text` with spaces after it up to `columns` columns.
[[nodiscard]] std::string padded(std::string text, std::size_t columns);

/// `text` broken between words so that lines have at most `width` columns; every line but the first starts with
/// `indent` spaces. Words longer than a line stay whole.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = 110);

}  // namespace chatos::base
