// For tests: client processes that are killed.
#pragma once

#include "net/test_connection.hpp"

#include <string>
#include <sys/types.h>

namespace chatos::net::test {

/// A client process that has said what `spoken` has said, holds its connection, and never reads again. No other process
/// holds it: when that process is killed, the system closes the connection, as it does for any client that dies.
class killable_client {
public:
    explicit killable_client(connection spoken);
    killable_client(const killable_client&) = delete;
    killable_client& operator=(const killable_client&) = delete;
    ~killable_client() { kill(); }

    /// SIGKILL; returns when the process is gone. Nothing the second time.
    void kill();

private:
    ::pid_t child_{-1};
};

/// Has `spoken` held by a process, and kills that.
void kill_client(connection spoken);

/// Registers as `pseudo` as soon as it is free; fails if it never is.
[[nodiscard]] connection join_when_free(const std::string& bound, const std::string& pseudo);

}  // namespace chatos::net::test
