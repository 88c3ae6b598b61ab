// Stands between clients and a server on loopback: relays every byte, half-closes and resets, and records what went
// which way. One thread, poll() by the owner.
#pragma once

#include "base/system/descriptor.hpp"
#include "base/system/socket_address.hpp"
#include "matrix/traffic_recorder.hpp"
#include "runner/client_listener.hpp"

#include <cstddef>
#include <memory>
#include <poll.h>
#include <string>
#include <vector>

namespace chatos::conformance {

class recording_proxy {
public:
    static constexpr std::size_t connections_max = 64;

    /// Listens on a port of its own. False, with errno, when there is none.
    [[nodiscard]] bool open(const base::socket_address& server);
    /// Where clients connect to.
    [[nodiscard]] std::uint16_t port() const noexcept { return listener_.port(); }

    void add_polled(std::vector<pollfd>& polled) const;
    /// Relays what there is, without waiting.
    void serve();
    /// Closes all connections; what is due is not relayed.
    void close();

    [[nodiscard]] const traffic_recorder& recorder() const noexcept { return recorder_; }

private:
    static constexpr std::size_t relay_bytes_max = std::size_t{256} << 10U;

    /// What one side sends to the other.
    struct relay {
        std::string pending;
        bool has_ended{false};  ///< the sender has; told to the receiver once `pending` is sent
        bool end_is_passed{false};
    };
    struct connection_pair {
        std::size_t stream{0};
        base::descriptor client;
        base::descriptor server;
        bool is_connecting{true};  ///< to the server
        relay to_server;
        relay to_client;
    };

    void accept_all();
    void finish_connecting(connection_pair& pair);
    void read_from(connection_pair& pair, side sender);
    static void write_to(connection_pair& pair, side receiver);
    void reset(connection_pair& pair, side sender);

    base::socket_address server_;
    client_listener listener_;
    traffic_recorder recorder_;
    std::vector<std::unique_ptr<connection_pair>> pairs_;
};

}  // namespace chatos::conformance
