// For tests: chatos-server as a child process, whose output can be read.
#pragma once

#include "base/system/process.hpp"
#include "base/testing/temporary_folder.hpp"
#include "net/test_connection.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <sys/types.h>
#include <vector>

namespace chatos::net::test {

/// Settings of a process besides its arguments.
struct process_setup {
    std::size_t descriptors_max{0};          ///< 0: the limit of this process
    std::size_t address_space_bytes_max{0};  ///< 0: the limit of this process
    int err{-1};                             ///< its stderr; by default a pipe for all_err()
    std::vector<std::string> environment{};  ///< "NAME=value", on top of this process's
};

class process {
public:
    explicit process(std::vector<std::string> arguments, const process_setup& setup = {});

    void signal(int number) const;
    /// Exit code; negative: the signal that ended it.
    [[nodiscard]] int wait();

    [[nodiscard]] std::string out_line();
    [[nodiscard]] std::string err_line();
    [[nodiscard]] std::string all_out();
    [[nodiscard]] std::string all_err();
    /// The next address that it reports to listen on.
    [[nodiscard]] std::string bound();

    [[nodiscard]] ::pid_t id() const { return child_.id(); }
    /// Its current resident size.
    [[nodiscard]] std::size_t resident_bytes() const;
    /// CPU time of all its threads so far.
    [[nodiscard]] std::chrono::nanoseconds cpu_time() const;
    /// Its share of one processor while idle; 1 means that it spins.
    [[nodiscard]] double cpu_share_at_rest() const;
    /// Closes the reading end of its stdout.
    void close_out();

private:
    base::process child_;
};

/// A registered user; its ERROR 0 is already taken.
[[nodiscard]] connection join(const std::string& bound, const std::string& pseudo);

/// Expects the process to become idle after its pending work; it must not spin.
void expect_to_rest(const process& server);

}  // namespace chatos::net::test
