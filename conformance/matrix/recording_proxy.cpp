#include "matrix/recording_proxy.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <sys/socket.h>
#include <utility>

namespace chatos::conformance {
namespace {

std::int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

void close_with_reset(base::descriptor& socket) {
    const linger at_once{1, 0};
    (void)::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket.reset();
}

}  // namespace

bool recording_proxy::open(const base::socket_address& server) {
    server_ = server;
    return listener_.open();
}

void recording_proxy::add_polled(std::vector<pollfd>& polled) const {
    if (listener_.get() >= 0) {
        polled.push_back({listener_.get(), POLLIN, 0});
    }
    for (const auto& pair : pairs_) {
        const auto add = [&](const base::descriptor& socket, const relay& from, const relay& to, bool waits) {
            const bool reads = !waits && !from.has_ended && from.pending.size() < relay_bytes_max;
            const bool writes = waits || !to.pending.empty();
            const auto events = static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
            if (socket.is_open() && events != 0) {
                polled.push_back({socket.get(), events, 0});
            }
        };
        add(pair->client, pair->to_server, pair->to_client, false);
        add(pair->server, pair->to_client, pair->to_server, pair->is_connecting);
    }
}

void recording_proxy::serve() {
    accept_all();
    for (const auto& pair : pairs_) {
        if (pair->is_connecting) {
            finish_connecting(*pair);
        }
        // Servers first: what a server sent to one client came before what another client sends now.
        read_from(*pair, side::server);
        write_to(*pair, side::client);
    }
    for (const auto& pair : pairs_) {
        read_from(*pair, side::client);
        write_to(*pair, side::server);
    }
    std::erase_if(pairs_, [](const auto& pair) {
        const bool is_over = pair->to_server.end_is_passed && pair->to_client.end_is_passed;
        return is_over || (!pair->client.is_open() && !pair->server.is_open());
    });
}

void recording_proxy::close() {
    pairs_.clear();
    listener_.stop_listening();
}

void recording_proxy::accept_all() {
    for (;;) {
        base::descriptor client = listener_.accept(0);
        if (!client.is_open()) {
            return;
        }
        if (recorder_.observed().connections.size() == connections_max) {
            close_with_reset(client);
            continue;
        }
        auto pair = std::make_unique<connection_pair>();
        pair->stream = recorder_.opened();
        pair->client = std::move(client);
        pair->server = base::begin_connect(server_);
        if (!pair->server.is_open()) {
            reset(*pair, side::server);
        }
        pairs_.push_back(std::move(pair));
    }
}

void recording_proxy::finish_connecting(connection_pair& pair) {
    pollfd polled{pair.server.get(), POLLOUT, 0};
    if (!pair.server.is_open() || ::poll(&polled, 1, 0) <= 0) {
        return;
    }
    pair.is_connecting = false;
    if (base::finish_connect(pair.server.get(), std::chrono::milliseconds{0}) != 0) {
        reset(pair, side::server);
    }
}

void recording_proxy::read_from(connection_pair& pair, side sender) {
    const base::descriptor& socket = sender == side::client ? pair.client : pair.server;
    relay& from = sender == side::client ? pair.to_server : pair.to_client;
    if (!socket.is_open() || from.has_ended || pair.is_connecting) {
        return;
    }
    std::array<char, 16'384> buffer{};
    while (socket.is_open() && from.pending.size() < relay_bytes_max) {
        const ssize_t got = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0 && errno != EAGAIN) {
            reset(pair, sender);
        } else if (got == 0) {
            recorder_.ended(pair.stream, sender, direction_end::fin, now_ns());
            from.has_ended = true;
        }
        if (got <= 0) {
            return;
        }
        const std::string_view text{buffer.data(), static_cast<std::size_t>(got)};
        recorder_.sent(pair.stream, sender, std::as_bytes(std::span{text.data(), text.size()}), now_ns());
        from.pending += text;
    }
}

void recording_proxy::write_to(connection_pair& pair, side receiver) {
    base::descriptor& socket = receiver == side::client ? pair.client : pair.server;
    relay& to = receiver == side::client ? pair.to_client : pair.to_server;
    if (!socket.is_open() || (receiver == side::server && pair.is_connecting)) {
        return;
    }
    while (!to.pending.empty()) {
        const ssize_t put = ::send(socket.get(), to.pending.data(), to.pending.size(), MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put < 0 && errno == EAGAIN) {
            return;
        }
        // A receiver that is gone is noticed when it is read from; what is due to it goes nowhere.
        to.pending.erase(0, put < 0 ? to.pending.size() : static_cast<std::size_t>(put));
    }
    if (to.has_ended && !std::exchange(to.end_is_passed, true)) {
        (void)::shutdown(socket.get(), SHUT_WR);
    }
}

void recording_proxy::reset(connection_pair& pair, side sender) {
    recorder_.ended(pair.stream, sender, direction_end::reset, now_ns());
    // What came before the reset is passed on as far as the receiver's buffer takes it.
    write_to(pair, sender == side::client ? side::server : side::client);
    close_with_reset(pair.client);
    close_with_reset(pair.server);
}

}  // namespace chatos::conformance
