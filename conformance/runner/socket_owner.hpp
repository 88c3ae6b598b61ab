// Which process owns a TCP socket of this machine, as far as the kernel tells: of another user's processes, and of
// those in another container, it does not show whose a socket is.
#pragma once

#include <cstdint>
#include <string_view>
#include <sys/types.h>

namespace chatos::conformance {

/// The names in the abstract namespace by which runners reserve ports begin so.
inline constexpr std::string_view port_mark_prefix = "chatos-conformance port ";

enum class socket_owner : std::uint8_t {
    process_group,  ///< a process of the group that was asked for
    runner,         ///< a process that reserves ports: another runner, or this one
    unknown,        ///< any other program, or one that is not shown
};

/// Of what listens on the port of 127.0.0.1; the first of the above that any of several listeners has.
[[nodiscard]] socket_owner owner_of_listener(std::uint16_t port, pid_t group);
/// Of the other end of a loopback connection.
[[nodiscard]] socket_owner owner_of_peer(int connection, pid_t group);

}  // namespace chatos::conformance
