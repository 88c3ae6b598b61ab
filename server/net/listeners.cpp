#include "net/listeners.hpp"

#include "net/endpoints.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace chatos::net {

listen_result listeners::listen(const listen_address& where) {
    opened_socket opened = open_listener(where);
    if (opened.fault.empty()) {
        listeners_.push_back({.socket = std::move(opened.socket), .unix_path = where.unix_path});
        if (!watch(listeners_.size() - 1, true)) {
            opened.fault = std::generic_category().message(errno);
        }
    }
    return {.bound = std::move(opened.bound), .fault = std::move(opened.fault)};
}

listeners::accept_result listeners::accept(std::size_t index) {
    while (listeners_[index].socket.is_open()) {
        ::sockaddr_storage peer{};
        ::socklen_t size = sizeof peer;
        auto& address = reinterpret_cast<::sockaddr&>(peer);
        descriptor socket{::accept4(listeners_[index].socket.number(), &address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
        if (socket.is_open()) {
            const source_address source = source_of(socket.number(), address);
            return {.connection = {.socket = std::move(socket), .source = source}, .fault = {}};
        }
        switch (errno) {
        case EAGAIN: return {};
        case EINTR:
        case EPERM:  // a firewall's
        case EPROTO:
        case ECONNABORTED: break;  // the client gave up while it waited; try the next one
        default: return {.connection = {}, .fault = std::generic_category().message(errno)};
        }
    }
    return {};
}

void listeners::pause(std::size_t index, core::time_point until) {
    static_cast<void>(watch(index, false));
    paused_until_ = paused_until_ ? std::min(*paused_until_, until) : until;
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
        if (entry.socket.is_open() && !entry.unix_path.empty()) {
            static_cast<void>(::unlink(entry.unix_path.c_str()));
        }
        entry = {};
    }
    paused_until_.reset();
}

// False when the system has no memory for it.
bool listeners::watch(std::size_t index, bool wanted) {
    listener& entry = listeners_[index];
    const bool done = !entry.socket.is_open() || poller_.watch(entry.socket.number(), first_key_ + index,
                                                               {.input = entry.watched}, {.input = wanted});
    entry.watched = done ? wanted : entry.watched;
    return done;
}

}  // namespace chatos::net
