#include "testing/fake_server.hpp"

#include "testing/manual_run.hpp"

#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>

namespace chatos::conformance::testing {
namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

}  // namespace

bool visitor::send(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t put = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (put <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

std::optional<std::string> visitor::receive() const {
    std::string bytes(65'536, '\0');
    const ssize_t got = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (got <= 0) {
        return std::nullopt;
    }
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
}

void visitor::drain() const {
    while (receive()) {
    }
}

void visitor::reset_on_close() const {
    const linger at_once{1, 0};
    (void)::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

fake_server::fake_server(server_behavior behavior, std::uint16_t port)
    : behavior_{std::move(behavior)}, port_{port != 0 ? port : reserved_.renew()}, listener_{::socket(
                                                                                       AF_INET,
                                                                                       SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    const int on = 1;
    (void)::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const sockaddr_in address = loopback(port_);
    if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_.get(), 1'024) != 0) {
        throw std::runtime_error{"the test's server cannot listen"};
    }
    acceptor_ = std::thread{[this] { accept_visitors(); }};
}

fake_server::~fake_server() {
    stop_listening();
    acceptor_.join();
    {
        const std::scoped_lock lock{mutex_};
        for (const connection& accepted : connections_) {
            (void)::shutdown(accepted.socket.get(), SHUT_RDWR);
        }
    }
    for (connection& accepted : connections_) {
        accepted.thread.join();
    }
}

socket_address fake_server::address() const {
    return base::loopback_address(port_);
}

void fake_server::stop_listening() {
    // Shutting the listener down refuses connections and wakes accept(); its descriptor stays in use.
    (void)::shutdown(listener_.get(), SHUT_RDWR);
    const std::scoped_lock lock{mutex_};
    stopped_ = true;
    stopped_changed_.notify_all();
}

void fake_server::wait_until_stopped() {
    std::unique_lock lock{mutex_};
    stopped_changed_.wait(lock, [this] { return stopped_; });
}

void fake_server::accept_visitors() {
    for (;;) {
        descriptor accepted{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
        if (!accepted.is_open()) {
            if (errno == EINTR || errno == ECONNABORTED) {
                continue;
            }
            return;
        }
        ++visitors_;
        join_finished();
        const std::scoped_lock lock{mutex_};
        connection& entry = connections_.emplace_back();
        entry.socket = std::move(accepted);
        entry.thread = std::thread{[this, &entry] { serve(entry); }};
    }
}

void fake_server::serve(connection& accepted) {
    int number = -1;
    {
        const std::scoped_lock lock{mutex_};
        number = accepted.socket.get();
    }
    visitor guest{number};
    behavior_(guest, *this);
    const std::scoped_lock lock{mutex_};
    accepted.socket.reset();
    accepted.over = true;
}

void fake_server::join_finished() {
    std::list<connection> finished;
    {
        const std::scoped_lock lock{mutex_};
        for (auto at = connections_.begin(); at != connections_.end();) {
            const auto next = std::next(at);
            if (at->over) {
                finished.splice(finished.end(), connections_, at);
            }
            at = next;
        }
    }
    for (connection& accepted : finished) {
        accepted.thread.join();
    }
}

server_behavior answering(std::function<std::string(const packet_view&)> answer) {
    return [answer = std::move(answer)](visitor& guest, fake_server& /*server*/) {
        std::string unread;
        while (const auto bytes = guest.receive()) {
            unread += *bytes;
            for (;;) {
                const decode_result result = decode(std::as_bytes(std::span{unread}));
                if (result.status == decode_status::malformed) {
                    return;
                }
                if (result.status == decode_status::incomplete) {
                    break;
                }
                if (!guest.send(answer(result.packet))) {
                    return;
                }
                unread.erase(0, result.consumed);
            }
        }
    };
}

std::string error_bytes(error_code code) {
    return wire(make_error(code));
}

std::string answer_politely(const packet_view& packet) {
    return error_bytes(packet.op == opcode::cr ? error_code::ok : error_code::unreachable);
}

}  // namespace chatos::conformance::testing
