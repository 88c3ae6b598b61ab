#include "client/connection.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace chatos::client {
namespace {

std::string text_of(int error) {
    return std::generic_category().message(error);
}

struct lookup {
    std::vector<endpoint> endpoints;
    std::string fault;
};

lookup look_up(const server_address& server) {
    lookup result;
    if (!server.unix_path.empty()) {
        sockaddr_un local{};
        local.sun_family = AF_UNIX;
        std::memcpy(local.sun_path, server.unix_path.data(), server.unix_path.size());
        endpoint local_endpoint{.size = sizeof local};
        std::memcpy(&local_endpoint.storage, &local, sizeof local);
        result.endpoints.push_back(local_endpoint);
        return result;
    }
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int error = ::getaddrinfo(server.host.c_str(), std::to_string(server.port).c_str(), &hints, &list);
    if (error != 0) {
        result.fault = error == EAI_SYSTEM ? text_of(errno) : ::gai_strerror(error);
        return result;
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned{list, ::freeaddrinfo};
    for (const addrinfo* candidate = list; candidate != nullptr; candidate = candidate->ai_next) {
        endpoint where{.size = candidate->ai_addrlen};
        std::memcpy(&where.storage, candidate->ai_addr, candidate->ai_addrlen);
        result.endpoints.push_back(where);
    }
    return result;
}

/// Empty when connected.
std::string wait_until_connected(const connection& connection, std::chrono::milliseconds limit) {
    if (connection.descriptor() < 0) {
        return connection.fault();
    }
    pollfd watched{.fd = connection.descriptor(), .events = POLLOUT, .revents = 0};
    const auto end = std::chrono::steady_clock::now() + limit;
    int ready = 0;
    do {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
        ready = ::poll(&watched, 1, left > 0 ? static_cast<int>(left) : 0);
    } while (ready < 0 && errno == EINTR);
    if (ready <= 0) {
        return "it does not answer";
    }
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(connection.descriptor(), SOL_SOCKET, SO_ERROR, &error, &size);
    return error == 0 ? "" : text_of(error);
}

}  // namespace

connection::connection(const endpoint& where) : where_{where} {
    descriptor_ = ::socket(where.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor_ < 0) {
        fault_ = text_of(errno);
        return;
    }
    if (where.storage.ss_family != AF_UNIX) {
        const int on = 1;
        ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        ::setsockopt(descriptor_, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    }
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&where.storage), where.size) != 0 &&
        errno != EINPROGRESS) {
        fault_ = text_of(errno);
        close();
    }
}

connection::connection(connection&& other) noexcept
    : where_{other.where_}, fault_{std::move(other.fault_)}, descriptor_{std::exchange(other.descriptor_, -1)} {}

connection& connection::operator=(connection&& other) noexcept {
    if (this != &other) {
        close();
        where_ = other.where_;
        fault_ = std::move(other.fault_);
        descriptor_ = std::exchange(other.descriptor_, -1);
    }
    return *this;
}

connection::~connection() {
    close();
}

void connection::close() noexcept {
    if (descriptor_ >= 0) {
        ::close(std::exchange(descriptor_, -1));
    }
}

transfer_result connection::failed() {
    if (errno == EAGAIN || errno == EINTR || errno == ENOTCONN || errno == EINPROGRESS) {
        return {transfer_state::would_block, 0};
    }
    fault_ = text_of(errno);
    return {transfer_state::broken, 0};
}

transfer_result connection::read(std::span<std::byte> into) {
    const ssize_t got = ::recv(descriptor_, into.data(), into.size(), 0);
    if (got < 0) {
        return failed();
    }
    return got == 0 ? transfer_result{transfer_state::ended, 0}
                    : transfer_result{transfer_state::done, static_cast<std::size_t>(got)};
}

transfer_result connection::write(std::span<const std::byte> bytes) {
    const ssize_t put = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return put < 0 ? failed() : transfer_result{transfer_state::done, static_cast<std::size_t>(put)};
}

void connection::finish_writing() const {
    ::shutdown(descriptor_, SHUT_WR);
}

void connection::drain(std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    std::vector<std::byte> forgotten(65'536);
    while (descriptor_ >= 0) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
        pollfd watched{.fd = descriptor_, .events = POLLIN, .revents = 0};
        if (left <= 0 || ::poll(&watched, 1, static_cast<int>(left)) == 0) {
            return;
        }
        const transfer_state state = read(forgotten).state;
        if (state == transfer_state::ended || state == transfer_state::broken) {
            return;
        }
    }
}

connect_result connect_to(const server_address& server, std::chrono::milliseconds limit) {
    const lookup looked_up = look_up(server);
    std::string fault = looked_up.fault.empty() ? "the name has no address" : looked_up.fault;
    for (const endpoint& where : looked_up.endpoints) {
        connection connection{where};
        fault = wait_until_connected(connection, limit);
        if (fault.empty()) {
            return {std::move(connection), {}};
        }
    }
    return {{}, fault};
}

}  // namespace chatos::client
