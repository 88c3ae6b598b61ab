#include "runner/client_listener.hpp"

#include "runner/socket_owner.hpp"

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utility>

namespace chatos::conformance {

bool client_listener::open() {
    socket_ = descriptor{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port_.renew());
    if (address.sin_port == 0) {
        socket_.reset();
        errno = EADDRINUSE;
    } else if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
               ::listen(socket_.get(), 16) != 0) {
        socket_.reset();
    }
    return socket_.is_open();
}

void client_listener::refuse_waiting() {
    for (;;) {
        descriptor connection{::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
        if (!connection.is_open()) {
            return;
        }
        refuse(std::move(connection));
    }
}

descriptor client_listener::accept(pid_t group) {
    while (socket_.is_open()) {
        descriptor connection{::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
        if (!connection.is_open() || owner_of_peer(connection.get(), group) != socket_owner::runner) {
            const int on = 1;
            (void)::setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            return connection;
        }
        refuse(std::move(connection));
    }
    return {};
}

/// With a reset: who is refused must not take the end for a server's answer.
void client_listener::refuse(descriptor connection) {
    const linger at_once{1, 0};
    (void)::setsockopt(connection.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    connection.reset();
    ++refused_;
}

}  // namespace chatos::conformance
