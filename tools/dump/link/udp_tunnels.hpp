// Tunnels in UDP, by their ports, and what cannot be read in UDP, by its look. Internal to link/.
#pragma once

#include "dump/link/header_openers.hpp"

#include <cstddef>
#include <span>

namespace chatos::dump {

/// Whether a UDP header at the start of the payload has the port of a tunnel.
[[nodiscard]] bool has_tunnel_port(std::span<const std::byte> payload) noexcept;
/// From the UDP header on.
void open_udp_tunnel(network_packet& packet) noexcept;

}  // namespace chatos::dump
