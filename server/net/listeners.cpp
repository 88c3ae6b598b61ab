#include "net/listeners.hpp"

#include "base/system/error_text.hpp"
#include "base/system/socket_address.hpp"

#include <algorithm>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utility>

namespace chatos::net {

namespace {

// A peer that vanished without a word is noticed after about two minutes when nothing is sent to it, after one when
// something is.
constexpr int keepalive_idle_s = 60;
constexpr int keepalive_interval_s = 10;
constexpr int keepalive_probes = 6;
constexpr int unacknowledged_timeout_ms = 60'000;
// Faults of single connections in a row, before they count as one of the system, which may last.
constexpr int attempts_max = 64;

// Linux hands these on from the listening socket to those it accepts, which saves five system calls for each. A Unix
// socket has none of them.
void set_tcp_options(int socket) {
    const auto set = [socket](int level, int name, int value) {
        static_cast<void>(::setsockopt(socket, level, name, &value, sizeof value));
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_NODELAY, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, keepalive_idle_s);
    set(IPPROTO_TCP, TCP_KEEPINTVL, keepalive_interval_s);
    set(IPPROTO_TCP, TCP_KEEPCNT, keepalive_probes);
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, unacknowledged_timeout_ms);
}

}  // namespace

listen_result listeners::listen(const base::endpoint& where, const listen_options& options) {
    base::listen_result opened = base::listen_on(where, set_tcp_options, options.unix_access);
    listen_result result{.fault = std::move(opened.fault)};
    for (base::listener& next : opened.listeners) {
        listeners_.push_back(
            {.socket = std::move(next.socket), .file = std::move(next.file), .proxy_protocol = options.proxy_protocol});
        if (!watch(listeners_.size() - 1, true)) {
            result.fault = base::error_text();
        }
        result.bound.push_back(next.address.text());
    }
    return result;
}

listeners::accept_result listeners::accept(std::size_t index) {
    std::string fault;
    for (int attempt = 0; attempt < attempts_max && listeners_[index].socket.is_open(); ++attempt) {
        ::sockaddr_storage peer{};
        ::socklen_t size = sizeof peer;
        auto& address = reinterpret_cast<::sockaddr&>(peer);
        base::descriptor socket{
            ::accept4(listeners_[index].socket.get(), &address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
        if (socket.is_open()) {
            const source_address source = source_of(socket.get(), address);
            return {.connection = {.socket = std::move(socket), .source = source}, .fault = {}};
        }
        switch (errno) {
        case EAGAIN: return {};
        case EINTR:
        case EPERM:  // a firewall's
        case EPROTO:
        case ECONNABORTED: break;  // the client gave up while it waited; try the next one
        default: return {.connection = {}, .fault = base::error_text()};
        }
        fault = base::error_text();
    }
    return {.connection = {}, .fault = std::move(fault)};
}

void listeners::pause(std::size_t index, core::time_point until) {
    static_cast<void>(watch(index, false));
    paused_until_ = paused_until_ ? std::min(*paused_until_, until) : until;
}

void listeners::pause_all(core::time_point until) {
    for (std::size_t index = 0; index < listeners_.size(); ++index) {
        pause(index, until);
    }
}

void listeners::resume(core::time_point now, core::duration pause_length) {
    if (!paused_until_ || *paused_until_ > now) {
        return;
    }
    paused_until_.reset();
    for (std::size_t index = 0; index < listeners_.size(); ++index) {
        if (!watch(index, true)) {
            paused_until_ = now + pause_length;
        }
    }
}

void listeners::close() {
    for (listener& entry : listeners_) {
        entry.file.remove();
        entry = {};
    }
    paused_until_.reset();
}

// False when the system has no memory for it.
bool listeners::watch(std::size_t index, bool wanted) {
    listener& entry = listeners_[index];
    const bool done = !entry.socket.is_open() || poller_.watch(entry.socket.get(), first_key_ + index,
                                                               {.input = entry.watched}, {.input = wanted});
    entry.watched = done ? wanted : entry.watched;
    return done;
}

}  // namespace chatos::net
