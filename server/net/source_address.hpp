// The source of a connection, as the core compares it (TUN-3), as per-address limits count it, and as logs show it.
#pragma once

#include "core/origin.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <sys/socket.h>

namespace chatos::net {

/// TCP: the peer's address without its port; IPv4 in IPv6's mapped form, so that it does not matter how the listener
/// was opened. A Unix socket: the peer's user id, which no address equals.
[[nodiscard]] core::origin origin_of(int socket, const ::sockaddr& peer) noexcept;

struct source_address {
    core::origin origin{};  ///< the same for connections from one host
    std::uint16_t port{0};  ///< 0 on a Unix socket
};

/// The peer of a connected socket, where `peer` is what accept() returned.
[[nodiscard]] source_address source_of(int socket, const ::sockaddr& peer) noexcept;

/// "127.0.0.1:40000", "[::1]:40000", "[fe80::1%2]:40000" or "unix:user-1000".
[[nodiscard]] std::string text_of(const source_address& address);

/// Counts connections per address, up to a bound.
class per_address_counter {
public:
    /// `each_max` 0: no bound, and nothing is counted.
    explicit per_address_counter(std::uint32_t each_max) : each_max_{each_max} {}

    /// False when that address has reached the bound.
    [[nodiscard]] bool add(const core::origin& from);
    void remove(const core::origin& from);

private:
    std::uint32_t each_max_;
    std::map<core::origin, std::uint32_t> counts_;
};

}  // namespace chatos::net
