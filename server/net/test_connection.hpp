// For tests: a blocking connection to a server on this machine. Its timeout only ends a test that has failed
// already.
#pragma once

#include "base/system/descriptor.hpp"

#include <chatos/packet.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

namespace chatos::net::test {

class connection {
public:
    /// Connects to an address as a server prints it ("127.0.0.1:7777", "[::1]:7777", "unix:PATH").
    /// Over IPv4 it may come from another address of this machine than 127.0.0.1.
    explicit connection(const std::string& bound, const std::string& source = {});

    void send(std::initializer_list<packet_view> all);
    void send(const packet_view& packet) { send({packet}); }
    void send_bytes(std::string_view bytes);
    /// Sends what the system takes at once, gives the server some time to take more, and drops what remains.
    void send_what_fits(std::string_view bytes);
    /// Closes the sending side; nothing when the server has already reset the connection.
    void end();
    /// Closes at once, so that the peer sees a reset.
    void reset();

    /// Exactly `count` bytes; fewer when the connection ends earlier.
    [[nodiscard]] std::string receive_bytes(std::size_t count);
    /// Everything until the connection ends.
    [[nodiscard]] std::string receive_all();
    /// Whether the next packet is exactly `expected`.
    [[nodiscard]] bool receives(const packet_view& expected);
    /// The next event: "end" (FIN), "reset", or "bytes".
    [[nodiscard]] std::string next_event();

    /// The socket, still owned by this connection.
    [[nodiscard]] int descriptor() const { return socket_.get(); }

private:
    base::descriptor socket_;
};

/// The encoded `packet`.
[[nodiscard]] std::string bytes_of(const packet_view& packet);

}  // namespace chatos::net::test
