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

/// Whether it is a user of the system, on a Unix socket.
[[nodiscard]] bool is_unix(const core::origin& from) noexcept;

/// Whether it is this machine: a loopback address or a Unix socket.
[[nodiscard]] bool is_local(const core::origin& from) noexcept;

/// What counts as one address for bounds per address: of IPv6 the first `ipv6_prefix` bits (0 to 128), since a
/// client with one address of a network usually has them all; an IPv4 address or a user of the system as a whole.
[[nodiscard]] core::origin network_of(const core::origin& from, std::uint32_t ipv6_prefix) noexcept;

/// Counts connections per address, up to a bound.
class per_address_counter {
public:
    /// False, and nothing changes, when that address has `each_max` already; 0: no bound.
    [[nodiscard]] bool add(const core::origin& from, std::uint32_t each_max);
    void remove(const core::origin& from);

private:
    std::map<core::origin, std::uint32_t> counts_;
};

}  // namespace chatos::net
