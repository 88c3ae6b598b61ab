// For tests: runs a program; arguments and standard input go in, output and exit status come out.
#pragma once

#include "base/system/process.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::base::testing {

struct program_result {
    int exit_code{-1};  ///< -1 when a signal ended it
    std::string out{};
    std::string err{};
};

/// What the program's standard output is.
enum class stdout_kind { pipe, terminal, closed_pipe, full_device };

struct program_call {
    std::vector<std::string> command;
    std::string_view input{};
    stdout_kind destination{stdout_kind::pipe};
    std::optional<std::vector<std::string>> environment{};  ///< "NAME=value"; nothing: that of the test
};

/// Runs it to its end. Throws std::runtime_error when it cannot be started, or does not end within a minute.
[[nodiscard]] program_result run_program(const program_call& call);
/// The same without standard input.
[[nodiscard]] program_result run_program(const std::vector<std::string>& command);

/// Starts a program whose output and errors are pipes. Throws when that fails.
[[nodiscard]] process start_program(const std::vector<std::string>& command);
/// Reads what a started program writes until it ends. Throws when that takes longer than a minute.
[[nodiscard]] program_result finish(process& program);

/// The next line, without its end.
[[nodiscard]] std::string read_line(const descriptor& from);
/// Everything up to the end.
[[nodiscard]] std::string read_all(const descriptor& from);

}  // namespace chatos::base::testing
