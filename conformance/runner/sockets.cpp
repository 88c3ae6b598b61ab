#include "runner/sockets.hpp"

#include "runner/client_processes.hpp"

#include <chatos/encode.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace chatos::conformance {
namespace {

using steady = std::chrono::steady_clock;

/// Behind a write that ends where a scenario or a segmentation cuts: long enough for most servers to read what came so
/// far, or the kernel would join the pieces again and hide the split. No verdict waits for it.
constexpr std::chrono::microseconds write_pause{200};
constexpr std::chrono::milliseconds slice_max{20};      // of a wait for the network
constexpr std::chrono::milliseconds end_slice{1};       // of a wait for the end of a process
constexpr std::chrono::milliseconds starvation_min{2};  // shorter waits are not worth a look at /proc
constexpr std::size_t paused_writes_max = 40;           // of one send

descriptor open_socket(const socket_address& where) {
    descriptor socket{::socket(where.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    const int on = 1;
    // Writes go out as they are made: a scenario that splits a packet means it.
    (void)::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
}

/// 0: connected or on the way; otherwise errno.
int begin_connect(const descriptor& socket, const socket_address& where) {
    if (!socket.is_open()) {
        return errno;
    }
    const int result = ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&where.storage), where.size);
    return result == 0 || errno == EINPROGRESS ? 0 : errno;
}

int connect_error(const descriptor& socket) {
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

/// Where no program listens, a connection may get its destination port as its own, and TCP connects it to itself.
bool is_connected_to_itself(const descriptor& socket) {
    sockaddr_storage ours{};
    sockaddr_storage theirs{};
    socklen_t ours_size = sizeof ours;
    socklen_t theirs_size = sizeof theirs;
    return ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&ours), &ours_size) == 0 &&
           ::getpeername(socket.get(), reinterpret_cast<sockaddr*>(&theirs), &theirs_size) == 0 &&
           ours.ss_family != AF_UNIX && std::memcmp(&ours, &theirs, sizeof ours) == 0;
}

std::string error_text(int error) {
    return std::generic_category().message(error);
}

/// poll() for one socket; false when the time is over.
bool wait_for(const descriptor& socket, short events, steady::time_point until) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady::now());
        pollfd polled{socket.get(), events, 0};
        const int ready = ::poll(&polled, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
        if (ready > 0) {
            return true;
        }
        if (ready == 0 || errno != EINTR) {
            return false;
        }
    }
}

/// Connections of one execution.
class tcp_session {
public:
    /// The runner's actors connect to `where`; or they are `clients` under test, who connect to us.
    tcp_session(execution& run, const socket_address* where, const child_process* server, client_processes* clients)
        : run_{run}, where_{where}, server_{server}, clients_{clients}, looked_at_{steady::now()}, use_{current_use()},
          connections_(64), buffer_(65'536) {}

    void run_to_end() {
        for (;;) {
            std::vector<network_request> requests = run_.advance(now());
            const bool acted = !requests.empty();
            for (network_request& request : requests) {
                std::visit([this](auto& action) { perform(action); }, request);
            }
            if (run_.finished() && !acted) {
                return;
            }
            poll_once(acted);
        }
    }
    /// Why a client could not be started, if one could not.
    [[nodiscard]] const std::optional<std::string>& start_error() const noexcept { return start_error_; }

private:
    struct connection {
        descriptor socket;
        bool connecting{false};
        bool reading{true};
        bool end_received{false};  // nothing more is to be read
        std::vector<std::byte> outgoing;
        std::vector<std::size_t> write_ends;
        std::size_t sent{0};
        std::size_t next_end{0};

        [[nodiscard]] bool has_output() const noexcept { return sent < outgoing.size(); }
    };

    /// Time in which this process did not get its turn is no time in which the other side kept silent: between two
    /// looks at the clock, which are slice_max apart at most, no more than a little above that counts. Neither is time
    /// in which the other side waited for its turn.
    [[nodiscard]] moment now() {
        const steady::time_point time = steady::now();
        auto passed = std::min<moment>(time - looked_at_, slice_max * 3 / 2);
        if (passed >= starvation_min) {
            const processor_use use = current_use();
            passed -= std::min<moment>(starved_part(passed, use_, use), passed * 49 / 50);  // so that it always ends
            use_ = use;
        }
        counted_ += passed;
        uncounted_ += time - looked_at_ - passed;
        looked_at_ = time;
        run_.set_uncounted(uncounted_);
        return counted_;
    }

    [[nodiscard]] processor_use current_use() const {
        return server_ != nullptr ? server_->use() : clients_ != nullptr ? clients_->use() : processor_use{};
    }

    void perform(connect_request& request) {
        connection& peer = at(request.actor);
        peer.socket = open_socket(*where_);
        peer.connecting = true;
        if (const int error = begin_connect(peer.socket, *where_); error != 0) {
            fail_connection(request.actor, error);
        }
    }
    void perform(start_request& request) {
        (void)at(request.actor);
        if (const auto error = clients_->start(request.actor, request.pseudo)) {
            start_error_ = error;
            run_.connection_failed(request.actor, *error, now());
        }
    }
    void perform(tell_request& request) { clients_->tell(request.actor, request.text); }
    void perform(write_request& request) {
        connection& peer = at(request.actor);
        // Behind what is still to be sent: what is relayed does not wait for it.
        const std::size_t before = peer.outgoing.size();
        peer.outgoing.insert(peer.outgoing.end(), request.bytes.begin(), request.bytes.end());
        for (const std::size_t end : request.write_ends) {
            peer.write_ends.push_back(before + end);
        }
        write_some(request.actor);
    }
    void perform(end_request& request) {
        connection& peer = at(request.actor);
        if (!peer.socket.is_open()) {
            return;
        }
        if (request.how == close_how::fin) {
            (void)::shutdown(peer.socket.get(), SHUT_WR);
            return;
        }
        if (request.how == close_how::reset) {
            const linger at_once{1, 0};
            (void)::setsockopt(peer.socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        }
        peer.socket.reset();
    }
    void perform(reading_request& request) { at(request.actor).reading = request.reading; }

    connection& at(std::size_t actor) {
        if (actor >= connections_.size()) {
            connections_.resize(actor + 1);
        }
        return connections_[actor];
    }

    /// Waits for the first event, unless something was just done: then only takes what is there already.
    void poll_once(bool acted) {
        std::vector<pollfd> polled;
        std::vector<std::size_t> actors;
        for (std::size_t actor = 0; actor < connections_.size(); ++actor) {
            const connection& peer = connections_[actor];
            if (!peer.socket.is_open()) {
                continue;
            }
            const bool writes = peer.connecting || peer.has_output();
            const int wanted =
                (peer.reading && !peer.connecting && !peer.end_received ? POLLIN : 0) | (writes ? POLLOUT : 0);
            // poll() reports a hang-up even to those who want nothing, again and again: leave them out.
            if (wanted != 0) {
                polled.push_back({peer.socket.get(), static_cast<short>(wanted), 0});
                actors.push_back(actor);
            }
        }
        if (clients_ != nullptr) {
            clients_->add_polled(polled);
        }
        const int ready = ::poll(polled.data(), polled.size(), poll_timeout_ms(acted));
        if (clients_ != nullptr && !run_.finished()) {
            clients_->serve(run_, now(), [this](std::size_t actor, descriptor socket) {
                at(actor).socket = std::move(socket);
                run_.connected(actor, now());
            });
        }
        for (std::size_t index = 0; ready > 0 && index < actors.size(); ++index) {
            if (polled[index].revents != 0) {
                serve(actors[index], polled[index].revents);
            }
        }
    }

    [[nodiscard]] int poll_timeout_ms(bool acted) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(run_.deadline() - now());
        // A process that ends need not close its output: a copy of it may be elsewhere. So look from time to time.
        const auto longest = clients_ != nullptr && clients_->awaits_an_end() ? end_slice : slice_max;
        return acted ? 0 : static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, longest.count()));
    }

    void serve(std::size_t actor, short events) {
        connection& peer = connections_[actor];
        if (!peer.socket.is_open()) {
            return;
        }
        if (peer.connecting) {
            const int error = connect_error(peer.socket);
            peer.connecting = false;
            if (error != 0) {
                fail_connection(actor, error);
            } else {
                run_.connected(actor, now());
            }
            return;
        }
        if (!peer.end_received && (events & (POLLIN | POLLHUP | POLLERR)) != 0 &&
            (peer.reading || (events & POLLERR) != 0)) {
            read_some(actor);
        }
        if (peer.socket.is_open() && (events & POLLOUT) != 0 && peer.has_output()) {
            write_some(actor);
        }
    }

    void read_some(std::size_t actor) {
        connection& peer = connections_[actor];
        // A bounded number of reads a turn: one that floods must not starve the others.
        for (int turn = 0; turn < 16; ++turn) {
            const ssize_t got = ::recv(peer.socket.get(), buffer_.data(), buffer_.size(), 0);
            if (got > 0) {
                run_.received(actor, std::span{buffer_}.first(static_cast<std::size_t>(got)), now());
                continue;
            }
            if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
                return;
            }
            run_.closed_by_peer(actor, got < 0, now());
            peer.end_received = true;
            if (got < 0 || !run_.still_sends(actor)) {
                peer.socket.reset();
            }
            return;
        }
    }

    void write_some(std::size_t actor) {
        connection& peer = connections_[actor];
        while (peer.socket.is_open() && peer.has_output()) {
            const std::size_t end = peer.write_ends[peer.next_end];
            const ssize_t put = ::send(peer.socket.get(), &peer.outgoing[peer.sent], end - peer.sent, MSG_NOSIGNAL);
            if (put < 0) {
                if (errno == EAGAIN || errno == EINTR) {
                    return;
                }
                break;  // the connection is gone; reading tells how
            }
            peer.sent += static_cast<std::size_t>(put);
            peer.next_end += peer.sent == end ? 1 : 0;
            if (peer.sent == end && peer.has_output() && peer.next_end <= paused_writes_max) {
                std::this_thread::sleep_for(write_pause);
            }
        }
        peer.outgoing.clear();
        peer.write_ends.clear();
        peer.sent = 0;
        peer.next_end = 0;
        run_.written(actor, now());
    }

    void fail_connection(std::size_t actor, int error) {
        connections_[actor].socket.reset();
        connections_[actor].connecting = false;
        run_.connection_failed(actor, error_text(error), now());
    }

    execution& run_;
    const socket_address* where_;
    const child_process* server_;
    client_processes* clients_;
    std::optional<std::string> start_error_;
    steady::time_point looked_at_;
    moment counted_{0};
    moment uncounted_{0};
    processor_use use_;
    std::vector<connection> connections_;
    std::vector<std::byte> buffer_;
};

}  // namespace

bool accepts_connections(const socket_address& where, std::chrono::milliseconds time) {
    const descriptor socket = open_socket(where);
    return begin_connect(socket, where) == 0 && wait_for(socket, POLLOUT, steady::now() + time) &&
           connect_error(socket) == 0 && !is_connected_to_itself(socket);
}

void run_over_tcp(execution& run, const socket_address& where, const child_process* server) {
    tcp_session{run, &where, server, nullptr}.run_to_end();
}

std::optional<std::string> run_with_clients(execution& run, client_processes& clients) {
    tcp_session session{run, nullptr, nullptr, &clients};
    session.run_to_end();
    return session.start_error();
}

bool answers_anything(const socket_address& where, const std::string& pseudo, std::chrono::milliseconds time) {
    std::array<std::byte, 64> bytes{};
    const encode_result result = encode(make_cr(pseudo), bytes);
    return result.status == encode_status::ok && !first_reply(where, std::span{bytes}.first(result.size), time).empty();
}

std::vector<std::byte> first_reply(const socket_address& where, std::span<const std::byte> bytes,
                                   std::chrono::milliseconds time) {
    const auto until = steady::now() + time;
    const descriptor socket = open_socket(where);
    if (begin_connect(socket, where) != 0 || !wait_for(socket, POLLOUT, until) || connect_error(socket) != 0 ||
        ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0 || !wait_for(socket, POLLIN, until)) {
        return {};
    }
    std::vector<std::byte> reply(64);
    const ssize_t received = ::recv(socket.get(), reply.data(), reply.size(), 0);
    reply.resize(received < 0 ? 0 : static_cast<std::size_t>(received));
    return reply;
}

}  // namespace chatos::conformance
