// Where one client under test is awaited: a loopback port of its own, and who is let in there.
//
// Whoever connected before the client was started, and any other runner, is refused: such a connection is reset and
// counted, and nothing that it says is judged. A program that is neither, connects after the start and has not been
// told the port cannot be told from a client that lets another process connect (a container, a daemon); as the port is
// one that the system gives to nobody by chance, it would have to go through the ports of the machine.
#pragma once

#include "runner/reserved_port.hpp"

#include <cstddef>
#include <sys/types.h>

namespace chatos::conformance {

class client_listener {
public:
    /// Listens on a port that is reserved until the listener is destroyed. False, with errno, when there is none.
    [[nodiscard]] bool open();
    [[nodiscard]] std::uint16_t port() const noexcept { return port_.number(); }
    /// For poll(); -1 when it does not listen.
    [[nodiscard]] int get() const noexcept { return socket_.get(); }
    /// Refuses all connections that were made so far: to be called right before the client is started.
    void refuse_waiting();
    /// The next connection that may come from a process of `group`, the client's; not open when there is none at the
    /// moment.
    [[nodiscard]] descriptor accept(pid_t group);
    /// So many connections were refused.
    [[nodiscard]] std::size_t refused() const noexcept { return refused_; }
    void stop_listening() noexcept { socket_.reset(); }

private:
    void refuse(descriptor connection);

    reserved_port port_;
    descriptor socket_;
    std::size_t refused_{0};
};

}  // namespace chatos::conformance
