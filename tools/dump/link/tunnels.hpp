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

/// Whether a TCP segment's payload begins with a record of TLS.
[[nodiscard]] inline bool begins_tls_record(std::span<const std::byte> payload) noexcept {
    constexpr std::size_t header_bytes = 5;
    constexpr std::uint16_t record_bytes_max = (1U << 14U) + 2048;
    // Types 20 to 23, which no packet of ours begins with: most segments end here.
    if (payload.size() < header_bytes || (byte_at(payload, 0) & 0xFCU) != 20) {
        return false;
    }
    const auto length = network_number_at<std::uint16_t>(payload, 3);
    return byte_at(payload, 1) == 3 && byte_at(payload, 2) <= 4 && length != 0 && length <= record_bytes_max;
}

}  // namespace chatos::dump
