#include "bench/connection_pool.hpp"

#include "base/system/error_text.hpp"

#include <algorithm>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <utility>

namespace chatos::bench {

namespace {

constexpr std::size_t buffer_bytes = 262'144;
constexpr std::size_t events_per_turn = 1'024;

/// Ports of a chosen source are picked when connecting, so that each may be used towards several targets.
int bind_to_loopback(int descriptor, std::uint32_t serial) {
    const int yes = 1;
    ::setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    sockaddr_in source{};
    source.sin_family = AF_INET;
    source.sin_addr.s_addr = htonl(loopback_source(serial));
    return ::bind(descriptor, reinterpret_cast<const sockaddr*>(&source), sizeof source);
}

}  // namespace

connection_pool::connection_pool(const target_address& target, std::uint32_t places, connection_events& events)
    : target_{target}, events_{events}, epoll_{::epoll_create1(EPOLL_CLOEXEC)}, lines_(places), buffer_(buffer_bytes),
      ready_(events_per_turn) {
    if (!epoll_.is_open()) {
        throw std::runtime_error{"no epoll: " + base::error_text()};
    }
}

std::string connection_pool::open(std::uint32_t place, std::uint32_t serial) {
    base::descriptor socket{::socket(target_.socket.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!socket.is_open()) {
        return "no socket: " + base::error_text();
    }
    const int yes = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    // The first ones need no address of their own, and a server may look at it.
    if (target_.is_loopback_v4() && serial >= connections_per_source && bind_to_loopback(socket.get(), serial) != 0) {
        return "cannot use another loopback address as source: " + base::error_text();
    }
    if (::connect(socket.get(), target_.socket.get(), target_.socket.size) != 0 && errno != EINPROGRESS) {
        return "cannot connect to " + target_.text + ": " + base::error_text();
    }
    line& connection = lines_[place];
    connection.socket = std::move(socket);
    connection.is_connected = false;
    connection.wants_to_finish = false;
    connection.waiting_sent = 0;
    watch(place, true, EPOLL_CTL_ADD);
    return {};
}

void connection_pool::watch(std::uint32_t place, bool for_writing, int operation) const {
    const line& connection = lines_[place];
    epoll_event event{};
    event.events = for_writing ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.u64 = (std::uint64_t{connection.generation} << 32U) | place;
    ::epoll_ctl(epoll_.get(), operation, connection.socket.get(), &event);
}

void connection_pool::send(std::uint32_t place, std::span<const std::byte> output) {
    line& connection = lines_[place];
    if (!connection.socket.is_open() || output.empty()) {
        return;
    }
    if (connection.waiting.empty()) {
        const ::ssize_t count = ::send(connection.socket.get(), output.data(), output.size(), MSG_NOSIGNAL);
        // An error other than a full buffer shows when reading, where the connection may be ended.
        output = output.subspan(count > 0 ? static_cast<std::size_t>(count) : 0);
        if (output.empty()) {
            return;
        }
        watch(place, true, EPOLL_CTL_MOD);
    }
    connection.waiting.insert(connection.waiting.end(), output.begin(), output.end());
}

void connection_pool::finish(std::uint32_t place) {
    line& connection = lines_[place];
    if (!connection.socket.is_open()) {
        return;
    }
    connection.wants_to_finish = true;
    if (connection.waiting.empty()) {
        ::shutdown(connection.socket.get(), SHUT_WR);
    }
}

bool connection_pool::turn(int timeout_ms) {
    const int count = ::epoll_wait(epoll_.get(), ready_.data(), static_cast<int>(ready_.size()), timeout_ms);
    if (count <= 0) {
        return count < 0 && errno == EINTR;
    }
    for (int i = 0; i < count; ++i) {
        take(ready_[static_cast<std::size_t>(i)]);
    }
    return true;
}

void connection_pool::take(const epoll_event& event) {
    const auto place = static_cast<std::uint32_t>(event.data.u64);
    const auto generation = static_cast<std::uint32_t>(event.data.u64 >> 32U);
    const auto is_current = [this, place, generation] {
        return lines_[place].generation == generation && lines_[place].socket.is_open();
    };
    if (!is_current()) {
        return;
    }
    if (!lines_[place].is_connected) {
        complete_connecting(place);
    } else if ((event.events & EPOLLOUT) != 0U) {
        write_waiting(place);
    }
    if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0U && is_current()) {
        read(place);
    }
}

void connection_pool::complete_connecting(std::uint32_t place) {
    line& connection = lines_[place];
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(connection.socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
        end(place, "cannot connect to " + target_.text + ": " + base::error_text(error));
        return;
    }
    connection.is_connected = true;
    watch(place, false, EPOLL_CTL_MOD);
    events_.connected(place);
}

void connection_pool::read(std::uint32_t place) {
    line& connection = lines_[place];
    const std::size_t kept = connection.pending_input.size();
    if (kept >= buffer_.size()) {
        end(place, "the server sends a packet of more than " + std::to_string(buffer_.size()) + " bytes");
        return;
    }
    const ::ssize_t count = ::recv(connection.socket.get(), buffer_.data() + kept, buffer_.size() - kept, 0);
    if (count < 0) {
        if (errno != EAGAIN && errno != EINTR) {
            end(place, "the connection broke: " + base::error_text());
        }
        return;
    }
    if (count == 0) {
        end(place, kept == 0 ? "" : "the server closed within a packet");
        return;
    }
    std::copy(connection.pending_input.begin(), connection.pending_input.end(), buffer_.begin());
    const auto input = std::span{buffer_}.first(kept + static_cast<std::size_t>(count));
    const std::uint32_t generation = connection.generation;
    const std::size_t used = events_.received(place, input);
    if (connection.generation == generation) {
        connection.pending_input.assign(input.begin() + static_cast<std::ptrdiff_t>(used), input.end());
    }
}

void connection_pool::write_waiting(std::uint32_t place) {
    line& connection = lines_[place];
    const auto output = std::span{connection.waiting}.subspan(connection.waiting_sent);
    const ::ssize_t count = ::send(connection.socket.get(), output.data(), output.size(), MSG_NOSIGNAL);
    connection.waiting_sent += count > 0 ? static_cast<std::size_t>(count) : 0;
    if (connection.waiting_sent < connection.waiting.size()) {
        return;
    }
    connection.waiting.clear();
    connection.waiting_sent = 0;
    watch(place, false, EPOLL_CTL_MOD);
    if (connection.wants_to_finish) {
        ::shutdown(connection.socket.get(), SHUT_WR);
    }
}

void connection_pool::end(std::uint32_t place, const std::string& why) {
    line& connection = lines_[place];
    connection.socket.reset();
    ++connection.generation;
    connection.pending_input.clear();
    connection.waiting.clear();
    events_.ended(place, why);
}

}  // namespace chatos::bench
