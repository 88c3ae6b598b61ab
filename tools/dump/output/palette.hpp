// The colours of the text forms. Whether there are any is the program's decision; without them each is empty.
#pragma once

#include <string_view>

namespace chatos::dump {

struct palette {
    std::string_view dim{};
    std::string_view strong{};
    std::string_view warning{};
    std::string_view failure{};
    std::string_view plain{};  ///< back to normal
};

inline constexpr palette no_colours{};
inline constexpr palette terminal_colours{
    .dim = "\x1b[2m", .strong = "\x1b[1m", .warning = "\x1b[33m", .failure = "\x1b[31m", .plain = "\x1b[0m"};

}  // namespace chatos::dump
