#include "model/serve.hpp"

#include "base/system/descriptor.hpp"
#include "runner/sockets.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <limits>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <system_error>
#include <thread>
#include <utility>

namespace chatos::conformance {
namespace {

using base::descriptor;

using namespace std::chrono_literals;

constexpr std::size_t output_bytes_max = 64U << 20U;  // for a peer that does not read
constexpr std::size_t byte_by_byte_max = 64U << 10U;
constexpr model_time slow_answer_delay = 10ms;
constexpr model_time drain_time = 1s;  // ERR-5: how long to read after closing

model_time now() {
    return std::chrono::steady_clock::now().time_since_epoch();
}

std::string error_text() {
    return std::generic_category().message(errno);
}

class model_server {
public:
    explicit model_server(serve_settings settings)
        : settings_{std::move(settings)}, model_{settings_.model}, buffer_(65'536) {}

    std::string run() {
        if (std::string error = listen(); !error.empty()) {
            return error;
        }
        while (!model_.died()) {
            wait();
            model_.tick(now());
            take_output();
            write_all();
            std::erase_if(connections_, [](const auto& entry) { return !entry.second.socket.is_open(); });
        }
        return "a fault made the server die";
    }

private:
    struct queued_output {
        model_time due{0};
        model_output output;
    };

    struct connection_state {
        descriptor socket;
        bool input_ended{false};
        bool blocked{false};                    // the socket's buffer is full
        std::optional<model_time> drain_until;  // closed by the server; read until then
        std::deque<queued_output> output;
        std::size_t output_bytes{0};
        std::size_t written_bytes{0};
    };

    std::string listen() {
        listener_ = descriptor{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
        const int on = 1;
        (void)::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(settings_.port);
        socklen_t size = sizeof address;
        if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
            ::listen(listener_.get(), 1'024) != 0 ||
            ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
            return "port " + std::to_string(settings_.port) + " is unavailable: " + error_text();
        }
        if (settings_.listening) {
            settings_.listening(ntohs(address.sin_port));
        }
        return {};
    }

    /// Waits for the network or the next deadline, and reads.
    void wait() {
        std::vector<pollfd> polled{{listener_.get(), POLLIN, 0}};
        std::vector<connection_id> ids;
        const bool loses_bytes = settings_.model.wire.faults.has(fault::bytes_before_end_lost) ||
                                 settings_.model.wire.faults.has(fault::tunnel_bytes_before_end_lost);
        const int end_event = loses_bytes ? POLLRDHUP : 0;
        const bool is_stalled = settings_.model.wire.faults.has(fault::slow_reader_stalls_everybody) &&
                                std::any_of(connections_.begin(), connections_.end(),
                                            [](const auto& entry) { return entry.second.blocked; });
        for (const auto& [id, connection] : connections_) {
            const bool reads =
                !is_stalled && (connection.drain_until || (!connection.input_ended && model_.wants_input(id)));
            polled.push_back({connection.socket.get(),
                              static_cast<short>((reads && !connection.input_ended ? POLLIN | end_event : 0) |
                                                 (connection.blocked ? POLLOUT : 0)),
                              0});
            ids.push_back(id);
        }
        if (::poll(polled.data(), polled.size(), poll_timeout()) < 0) {
            return;
        }
        if (loses_bytes) {
            // The end of input comes behind the bytes, if only a moment later.
            std::this_thread::sleep_for(std::chrono::milliseconds{3});
            (void)::poll(polled.data(), polled.size(), 0);
        }
        for (std::size_t index = 0; index < ids.size(); ++index) {
            const short events = polled[index + 1].revents;
            connection_state& connection = connections_.at(ids[index]);
            connection.blocked = connection.blocked && (events & POLLOUT) == 0;
            if (loses_last_bytes(ids[index], connection, events)) {
                connection.input_ended = true;
                model_.end(ids[index], now());
            } else if ((events & (POLLIN | POLLERR | POLLHUP)) != 0) {
                read_from(ids[index], connection);
            }
        }
        if (polled.front().revents != 0) {
            accept_all();
        }
    }

    [[nodiscard]] int poll_timeout() const {
        std::optional<model_time> next = model_.next_deadline();
        const auto consider = [&](model_time time) { next = next ? std::min(*next, time) : time; };
        for (const auto& [id, connection] : connections_) {
            if (!connection.output.empty() && !connection.blocked) {
                consider(connection.output.front().due);
            }
            if (connection.drain_until) {
                consider(*connection.drain_until);
            }
        }
        if (!next) {
            return -1;
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - now()).count();
        return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
    }

    void accept_all() {
        for (;;) {
            descriptor accepted{::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
            if (!accepted.is_open()) {
                return;
            }
            const int on = 1;
            (void)::setsockopt(accepted.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            const connection_id id = next_id_++;
            connections_[id].socket = std::move(accepted);
            model_.connect(id, now());
        }
    }

    /// By a fault, the end of input is looked at before what came before it.
    [[nodiscard]] bool loses_last_bytes(connection_id id, const connection_state& connection, short events) const {
        const fault cause =
            model_.is_tunnel_end(id) ? fault::tunnel_bytes_before_end_lost : fault::bytes_before_end_lost;
        return (events & POLLRDHUP) != 0 && !connection.input_ended && !connection.drain_until &&
               settings_.model.wire.faults.has(cause);
    }

    void read_from(connection_id id, connection_state& connection) {
        const ssize_t size = ::recv(connection.socket.get(), buffer_.data(), buffer_.size(), 0);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        if (size > 0) {
            if (!connection.drain_until) {
                model_.receive(id, {buffer_.data(), static_cast<std::size_t>(size)}, now());
            }
            return;
        }
        if (size < 0 || connection.drain_until || connection.input_ended) {
            model_.lost(id, now());
            connection.socket.reset();
            return;
        }
        connection.input_ended = true;
        model_.end(id, now());
    }

    void take_output() {
        const bool slow = settings_.model.wire.variants.has(variant::slow_answers);
        for (model_output& output : model_.take_output()) {
            const auto it = connections_.find(output.connection);
            if (it == connections_.end() || !it->second.socket.is_open()) {
                continue;
            }
            it->second.output_bytes += output.bytes.size();
            it->second.output.push_back({slow ? now() + slow_answer_delay : model_time{0}, std::move(output)});
        }
    }

    void write_all() {
        for (auto& [id, connection] : connections_) {
            while (connection.socket.is_open() && !connection.blocked && !connection.output.empty() &&
                   connection.output.front().due <= now()) {
                write_one(connection);
            }
            if (connection.output_bytes > output_bytes_max && connection.socket.is_open()) {
                model_.lost(id, now());
                connection.socket.reset();
            }
            if (connection.drain_until && *connection.drain_until <= now()) {
                connection.socket.reset();
            }
        }
    }

    void write_one(connection_state& connection) {
        model_output& first = connection.output.front().output;
        if (first.action == model_output::kind::close) {
            // ERR-5: a reset could destroy what was sent.
            (void)::shutdown(connection.socket.get(), SHUT_WR);
            connection.drain_until = connection.input_ended ? now() : now() + drain_time;
            connection.output.clear();
            return;
        }
        if (first.action == model_output::kind::end) {
            (void)::shutdown(connection.socket.get(), SHUT_WR);
            connection.output.pop_front();
            return;
        }
        if (first.action == model_output::kind::reset) {
            const linger at_once{1, 0};
            (void)::setsockopt(connection.socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
            connection.socket.reset();
            return;
        }
        // Not megabytes: they would take seconds.
        const bool byte_by_byte =
            settings_.model.wire.variants.has(variant::byte_by_byte) && connection.written_bytes <= byte_by_byte_max;
        const std::size_t size = byte_by_byte ? 1 : first.bytes.size();
        const ssize_t sent = ::send(connection.socket.get(), first.bytes.data(), size, MSG_NOSIGNAL);
        if (sent < 0) {
            connection.blocked = errno == EAGAIN;
            if (errno != EAGAIN && errno != EINTR) {
                connection.output.clear();  // the peer is gone; recv() reports how
                connection.output_bytes = 0;
            }
            return;
        }
        first.bytes.erase(0, static_cast<std::size_t>(sent));
        connection.output_bytes -= static_cast<std::size_t>(sent);
        connection.written_bytes += static_cast<std::size_t>(sent);
        if (first.bytes.empty()) {
            connection.output.pop_front();
        }
    }

    serve_settings settings_;
    model model_;
    std::vector<std::byte> buffer_;
    descriptor listener_;
    connection_id next_id_{1};
    std::map<connection_id, connection_state> connections_;
};

}  // namespace

std::string serve_model(serve_settings settings) {
    return model_server{std::move(settings)}.run();
}

}  // namespace chatos::conformance
