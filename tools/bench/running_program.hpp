// A program that runs beside a test: its output can be read while it runs, and it is ended with the test.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace chatos::bench::testing {

struct program_result {
    int exit_status{-1};  ///< -1 when a signal ended it
    std::string out{};
    std::string err{};
};

class running_program {
public:
    explicit running_program(std::vector<std::string> command);
    running_program(const running_program&) = delete;
    running_program& operator=(const running_program&) = delete;
    /// Kills it if it still runs.
    ~running_program();

    [[nodiscard]] ::pid_t process() const noexcept { return process_; }
    /// The next line of its standard output, without the end of line.
    [[nodiscard]] std::string read_line() const;
    /// Waits until it has ended. What it writes must fit into a pipe.
    [[nodiscard]] program_result finish();

private:
    ::pid_t process_{-1};
    int out_{-1};
    int err_{-1};
};

}  // namespace chatos::bench::testing
