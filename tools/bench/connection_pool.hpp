// Many TCP connections on one thread: epoll, one shared buffer for reading, and no memory for a connection that is
// idle. Knows nothing of any protocol.
#pragma once

#include "base/system/descriptor.hpp"
#include "bench/target_address.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <sys/epoll.h>
#include <vector>

namespace chatos::bench {

/// What happens to connections, told by their place in the pool. open(), send(), finish() and close() may be called
/// from all of these.
class connection_events {
public:
    connection_events() = default;
    connection_events(const connection_events&) = delete;
    connection_events& operator=(const connection_events&) = delete;
    virtual ~connection_events() = default;

    virtual void connected(std::uint32_t place) = 0;
    /// Gives the number of bytes that were used up; the caller passes the others again, followed by more.
    [[nodiscard]] virtual std::size_t received(std::uint32_t place, std::span<const std::byte> input) = 0;
    /// The connection is gone and its place free. `why` says what was wrong; empty: the peer has closed in good order.
    virtual void ended(std::uint32_t place, const std::string& why) = 0;
};

class connection_pool {
public:
    /// Both arguments must outlive the pool.
    connection_pool(const target_address& target, std::uint32_t places, connection_events& events);
    connection_pool(const connection_pool&) = delete;
    connection_pool& operator=(const connection_pool&) = delete;

    /// Starts to connect at a free place. `serial` counts the connections so far: it decides the source address when
    /// the target is loopback. Empty, or why it cannot be.
    [[nodiscard]] std::string open(std::uint32_t place, std::uint32_t serial);
    /// Sends now what fits and the rest as soon as it does. Nothing happens when the connection has ended.
    void send(std::uint32_t place, std::span<const std::byte> output);
    /// Nothing more will be sent; the peer is to close.
    void finish(std::uint32_t place);
    [[nodiscard]] bool is_open(std::uint32_t place) const noexcept { return lines_[place].socket.is_open(); }
    /// Waits until something happens, and tells it. False: nothing did for `timeout_ms`.
    bool turn(int timeout_ms);

private:
    struct line {
        base::descriptor socket{};
        std::uint32_t generation{0};  ///< so that an event of an earlier connection at this place is not taken for ours
        bool is_connected{false};
        bool wants_to_finish{false};
        std::vector<std::byte> pending_input{};  ///< received, and not a whole packet yet
        std::vector<std::byte> waiting{};        ///< to be sent
        std::size_t waiting_sent{0};             ///< bytes at the front of `waiting` that are sent
    };

    void take(const epoll_event& event);
    void complete_connecting(std::uint32_t place);
    void read(std::uint32_t place);
    void write_waiting(std::uint32_t place);
    void end(std::uint32_t place, const std::string& why);
    void watch(std::uint32_t place, bool for_writing, int operation) const;

    const target_address& target_;
    connection_events& events_;
    base::descriptor epoll_;
    std::vector<line> lines_;
    std::vector<std::byte> buffer_;
    std::vector<epoll_event> ready_;
};

}  // namespace chatos::bench
