// Accepts the connections of one client under test on a loopback port of its own.
//
// A connection made before the client was started, or by another runner, is refused: it is reset and counted, and its
// bytes are not judged. Another program that connects after the start cannot be distinguished from a client that lets
// a different process connect (a container, a daemon). The system does not hand out the port by chance, so such a
// program would have to scan the ports of the machine.
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
    /// Refuses all connections made so far; call it right before the client is started.
    void refuse_waiting();
    /// The next connection that may come from a process of `group`, the client's; not open when there is none yet.
    [[nodiscard]] descriptor accept(pid_t group);
    /// Number of refused connections.
    [[nodiscard]] std::size_t refused() const noexcept { return refused_; }
    void stop_listening() noexcept { socket_.reset(); }

private:
    void refuse(descriptor connection);

    reserved_port port_;
    descriptor socket_;
    std::size_t refused_{0};
};

}  // namespace chatos::conformance
