// For tests: thousands of users on one thread, which follow the protocol unless a test says otherwise.
#pragma once

#include "base/system/descriptor.hpp"

#include <chatos/packet.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace chatos::net::test {

/// Raises the descriptor limit of this process and of those that it starts. Returns empty, or why it failed.
[[nodiscard]] std::string raise_descriptor_limit(std::size_t count);

class client_pool {
public:
    struct member {
        std::string pseudo{};
        bool reads{true};    ///< else it reads nothing
        bool answers{true};  ///< else it takes messages and never acknowledges
        bool ended{false};   ///< the server has closed
        std::uint32_t messages{0};
        std::uint32_t answers_received{0};  ///< without the answer to its CR
        bool registered{false};

        base::descriptor socket{};
        std::string unfinished{};
        std::string unsent{};
    };
    using packet_event = std::function<void(member&, const packet_view&)>;

    /// At a TCP address of 127.0.0.0/8; ten thousand members come from each address. `on_packet` may be empty.
    explicit client_pool(const std::string& bound, packet_event on_packet = {});
    client_pool(const client_pool&) = delete;
    client_pool& operator=(const client_pool&) = delete;
    ~client_pool();

    /// Connects `count` more members ("user0", "user1", ...). Does not wait for them.
    void connect(std::size_t count);
    /// Waits until all are registered, and retries pseudos that are still taken. False on the timeout of run_until().
    [[nodiscard]] bool all_registered();
    /// Connects and registers `count` more members, some hundred at a time.
    [[nodiscard]] bool join(std::size_t count);
    /// Sends as much as the system takes, and the remaining bytes later.
    void send(member& from, const packet_view& packet);
    /// Receives and answers packets until `done()`; false after a minute.
    [[nodiscard]] bool run_until(const std::function<bool()>& done);
    /// Closes all connections, optionally with a reset.
    void leave(bool with_reset = false);

    [[nodiscard]] std::span<member> clients() { return clients_; }
    [[nodiscard]] std::size_t registered() const { return registered_; }
    [[nodiscard]] std::size_t messages() const { return messages_; }
    [[nodiscard]] std::size_t ended() const { return ended_; }

private:
    void open(std::size_t number);
    void take(std::size_t number, std::uint32_t events);
    void take_packets(member& client);
    void register_or_retry(member& client, const packet_view& answer);
    void flush(std::size_t number);

    std::string host_;
    std::uint16_t port_{0};
    packet_event on_packet_;
    base::descriptor epoll_;
    std::vector<member> clients_;
    std::size_t registered_{0};
    std::size_t messages_{0};
    std::size_t ended_{0};
};

}  // namespace chatos::net::test
