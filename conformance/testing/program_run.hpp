// For tests: runs a program to its end and keeps what it printed.
#pragma once

#include <string>
#include <vector>

namespace chatos::conformance::testing {

struct program_result {
    int exit_code{-1};  ///< -1 when a signal ended it
    std::string out;
    std::string err;
};

/// words[0] is the program's path. Its standard input is empty and NO_COLOR is not set.
[[nodiscard]] program_result run_program(const std::vector<std::string>& words);

}  // namespace chatos::conformance::testing
