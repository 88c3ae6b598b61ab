// Texts of others, safe to print, and what a person copies of them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace chatos::base {

/// `text` on one line without anything that a terminal or a log obeys; see <chatos/display.hpp>. Quotes and backslashes
/// stay as they are, because no quotes are around it.
[[nodiscard]] std::string printable(std::string_view text);

/// `text` in double quotes, with escapes that read_escape() reads.
[[nodiscard]] std::string quoted(std::string_view text);

/// Reads the escape after a backslash, at the start of `escape`, as quoted() writes it: `"`, `\`, `n`, `r`, `t`, `x1b`,
/// `u{202e}`. Appends what it means to `text` and returns its size; 0 for anything else.
[[nodiscard]] std::size_t read_escape(std::string_view escape, std::string& text);

}  // namespace chatos::base
