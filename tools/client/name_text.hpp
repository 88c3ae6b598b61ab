// Names of others as a person reads and types them. What the terminal could obey never gets through, and a name that
// could be taken for something else is in quotes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace chatos::client {

/// `name` as it is when it has only visible characters, neither blank, quote, backslash nor colon, and begins with
/// neither '*', '(' nor '/'; else in quotes with escapes. Different names never look the same, and read_name() reads
/// both.
[[nodiscard]] std::string shown_name(std::string_view name);

/// Takes a name from the front of `line`, and the blanks before it: up to the next blank, or in quotes with the escapes
/// of shown_name(). Empty when there is none, or the quotes or escapes are wrong.
[[nodiscard]] std::optional<std::string> read_name(std::string_view& line);

}  // namespace chatos::client
