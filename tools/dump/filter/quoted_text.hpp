// Texts between quotes in filters, with the escapes that the dump's own output has: what it shows can be copied.
#pragma once

#include "dump/filter/filter_value.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace chatos::dump {

/// The text that `raw`, written between quotes, denotes. The escapes are `\"`, `\\`, `\n`, `\r`, `\t`, `\x1b`,
/// `\u{202e}`.
[[nodiscard]] std::variant<std::string, value_problem> read_quoted_text(std::string_view raw);

}  // namespace chatos::dump
