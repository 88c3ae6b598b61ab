#include "client/connection.hpp"

#include "base/system/error_text.hpp"

#include <cerrno>
#include <poll.h>
#include <utility>
#include <vector>

namespace chatos::client {
connection::connection(const base::socket_address& where) : connection{base::begin_connect(where), where} {
    if (!socket_.is_open()) {
        fault_ = base::error_text();
    }
}

connection::connection(base::descriptor socket, const base::socket_address& where)
    : where_{where}, socket_{std::move(socket)} {
    if (socket_.is_open() && !where.is_unix()) {
        const int on = 1;
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    }
}

transfer_result connection::failed() {
    if (errno == EAGAIN || errno == EINTR || errno == ENOTCONN || errno == EINPROGRESS) {
        return {transfer_state::would_block, 0};
    }
    fault_ = base::error_text();
    return {transfer_state::broken, 0};
}

transfer_result connection::read(std::span<std::byte> into) {
    const ssize_t got = ::recv(socket_.get(), into.data(), into.size(), 0);
    if (got < 0) {
        return failed();
    }
    return got == 0 ? transfer_result{transfer_state::ended, 0}
                    : transfer_result{transfer_state::done, static_cast<std::size_t>(got)};
}

transfer_result connection::write(std::span<const std::byte> bytes) {
    const ssize_t put = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return put < 0 ? failed() : transfer_result{transfer_state::done, static_cast<std::size_t>(put)};
}

void connection::finish_writing() const {
    ::shutdown(socket_.get(), SHUT_WR);
}

void connection::drain(std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    std::vector<std::byte> forgotten(65'536);
    while (socket_.is_open()) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
        pollfd watched{.fd = socket_.get(), .events = POLLIN, .revents = 0};
        if (left <= 0 || ::poll(&watched, 1, static_cast<int>(left)) == 0) {
            return;
        }
        const transfer_state state = read(forgotten).state;
        if (state == transfer_state::ended || state == transfer_state::broken) {
            return;
        }
    }
}

}  // namespace chatos::client
