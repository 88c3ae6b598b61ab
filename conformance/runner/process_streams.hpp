// What is written to a process's standard input and what it printed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace chatos::conformance {

/// write() to a pipe whose reader may be gone: that is an error then (EPIPE), and no signal.
[[nodiscard]] ssize_t write_without_signal(int pipe, std::string_view text);

/// The last `lines_max` lines of the text, oldest first.
[[nodiscard]] std::vector<std::string> last_lines(std::string_view text, std::size_t lines_max);

}  // namespace chatos::conformance
