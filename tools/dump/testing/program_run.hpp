// Runs a program for a test: arguments and standard input go in; output, errors and exit status come out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chatos::dump::testing {

struct program_result {
    int exit_status{-1};  ///< -1 when a signal ended it
    std::string out{};
    std::string err{};
};

/// What the program's standard output is.
enum class stdout_kind { file, terminal, closed_pipe, full_device };

struct program_call {
    std::string program;
    std::vector<std::string> arguments{};
    std::string_view input{};
    stdout_kind destination{stdout_kind::file};
    std::vector<std::string> environment{"TERM=xterm", "PATH=/usr/bin:/bin"};
};

/// Waits until the program has ended.
[[nodiscard]] program_result run_program(const program_call& call);

}  // namespace chatos::dump::testing
