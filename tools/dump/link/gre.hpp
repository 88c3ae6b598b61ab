// Generic routing encapsulation and what it carries: IP, Ethernet, PPP, mirrored traffic. Internal to link/.
#pragma once

#include "dump/link/header_openers.hpp"

#include <cstdint>

namespace chatos::dump {

/// `outer_network` is the network that the tunnel is in: mirrored frames (ERSPAN) belong to it, not to the mirror.
void open_gre(network_packet& packet, std::uint64_t outer_network) noexcept;

}  // namespace chatos::dump
