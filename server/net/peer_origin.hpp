// Where the peer of a socket is, in the form that the core compares (TUN-3).
#pragma once

#include "core/origin.hpp"

#include <sys/socket.h>

namespace chatos::net {

/// TCP: the peer's address without its port; IPv4 in IPv6's mapped form, so that it does not matter how the listener
/// was opened. A Unix socket: the peer's user id, which no address equals.
[[nodiscard]] core::origin origin_of(int socket, const ::sockaddr& peer);

}  // namespace chatos::net
