// For tests: chatos-server as a process of its own, whose output can be read.
#pragma once

#include "net/test_connection.hpp"
#include "net/test_folder.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <sys/types.h>
#include <vector>

namespace chatos::net::test {

/// What a process is started with besides its arguments.
struct process_setup {
    std::size_t descriptors_max{0};          ///< 0: as many as this process may have
    int err{-1};                             ///< its stderr; by default a pipe for all_err()
    std::vector<std::string> environment{};  ///< "NAME=value", on top of this process's
};

class process {
public:
    explicit process(std::vector<std::string> arguments, const process_setup& setup = {});
    process(const process&) = delete;
    process& operator=(const process&) = delete;
    ~process();

    void signal(int number) const;
    /// Exit code; negative: the signal that ended it.
    [[nodiscard]] int wait();

    [[nodiscard]] std::string out_line() const;
    [[nodiscard]] std::string err_line() const;
    [[nodiscard]] std::string all_out() const;
    [[nodiscard]] std::string all_err() const;
    /// Where it says next that it listens.
    [[nodiscard]] std::string bound() const;

    [[nodiscard]] ::pid_t id() const { return child_; }
    /// Physical memory that it takes now.
    [[nodiscard]] std::size_t resident_bytes() const;
    /// CPU time that all its threads have taken so far.
    [[nodiscard]] std::chrono::nanoseconds cpu_time() const;
    /// The share of one processor that it takes while nothing new is asked of it; 1 is one that spins.
    [[nodiscard]] double cpu_share_at_rest() const;
    /// Lets go of its stdout: what it writes there later has no reader.
    void close_out();

private:
    ::pid_t child_{-1};
    int out_{-1};
    int err_{-1};
};

/// A registered user, whose ERROR 0 is taken already.
[[nodiscard]] connection join(const std::string& bound, const std::string& pseudo);

/// It comes to rest: what was asked of it is done sooner or later, and then it does not spin.
void expect_to_rest(const process& server);

}  // namespace chatos::net::test
