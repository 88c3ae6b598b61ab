// For tests: a server on a loopback port of its own, in this process, that behaves as the test says.
#pragma once

#include "runner/implementation.hpp"
#include "runner/reserved_port.hpp"

#include <chatos/decode.hpp>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace chatos::conformance::testing {

/// One accepted connection, on a thread of its own. When the behavior returns, it is closed.
class visitor {
public:
    explicit visitor(int socket) noexcept : socket_{socket} {}

    /// Sends all of it; false when the connection is gone.
    bool send(std::string_view bytes) const;
    /// At least one byte; nothing once the peer has ended its side.
    [[nodiscard]] std::optional<std::string> receive() const;
    /// Reads until the peer has ended its side.
    void drain() const;
    /// Makes closing a TCP reset.
    void reset_on_close() const;

private:
    int socket_;
};

class fake_server;
using server_behavior = std::function<void(visitor&, fake_server&)>;

class fake_server {
public:
    /// On a port that is reserved as long as it lives, or on the one given. Throws std::runtime_error when it cannot
    /// listen.
    explicit fake_server(server_behavior behavior, std::uint16_t port = 0);
    /// Ends all connections.
    ~fake_server();
    fake_server(const fake_server&) = delete;
    fake_server& operator=(const fake_server&) = delete;

    [[nodiscard]] base::endpoint where() const { return {.host = "127.0.0.1", .port = port_}; }
    [[nodiscard]] socket_address address() const;
    /// Accepts no connection after it returns; existing ones continue. A behavior may call it.
    void stop_listening();
    /// Waits for a call of stop_listening().
    void wait_until_stopped();
    /// Connections accepted so far.
    [[nodiscard]] unsigned visitors() const noexcept { return visitors_; }

private:
    struct connection {
        descriptor socket;
        std::atomic<bool> over{false};
        std::thread thread;
    };

    void accept_visitors();
    void serve(connection& accepted);
    void join_finished();

    server_behavior behavior_;
    reserved_port reserved_;
    std::uint16_t port_{0};
    descriptor listener_;
    std::atomic<unsigned> visitors_{0};
    std::mutex mutex_;
    std::condition_variable stopped_changed_;
    bool stopped_{false};
    std::list<connection> connections_;
    std::thread acceptor_;
};

/// Answers each packet with the bytes that `answer` makes of it, and ends with the other side or at malformed bytes.
[[nodiscard]] server_behavior answering(std::function<std::string(const packet_view&)> answer);

/// ERROR `code`.
[[nodiscard]] std::string error_bytes(error_code code);

/// ERROR 0 to a CR, 4 to anything else: enough for logins and fences.
[[nodiscard]] std::string answer_politely(const packet_view& packet);

}  // namespace chatos::conformance::testing
