// Words of commands that a person can copy.
#pragma once

#include <string>
#include <string_view>

namespace chatos::conformance {

/// A word of a command for a POSIX shell: in quotes where it needs them, without control characters.
[[nodiscard]] std::string shell_word(std::string_view word);

}  // namespace chatos::conformance
