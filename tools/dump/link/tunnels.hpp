// From the payload of an IP packet to what a tunnel carries in it.
#pragma once

#include "dump/link/ip_layer.hpp"
#include "dump/link/network_packet.hpp"

namespace chatos::dump {

/// Whether this may be a fragment of a tunnel's packet. Of UDP only the first fragment has the ports that tell.
[[nodiscard]] bool may_be_tunnel(const ip_payload& payload) noexcept;

/// Takes the tunnel's headers off the payload of a whole IP packet, and makes `packet` what follows; its encapsulations
/// and the count of its headers stay. Fails, and says what it is, if the payload is no tunnel that can be read.
void open_tunnel(const ip_payload& payload, network_packet& packet) noexcept;

/// What a TCP segment's payload is when it begins with a record of TLS.
[[nodiscard]] bool begins_tls_record(std::span<const std::byte> payload) noexcept;

}  // namespace chatos::dump
