// Headers of tunnels and links around a packet, byte by byte, valid unless the caller says otherwise.
#pragma once

#include "base/packet_builder.hpp"

#include <cstdint>

namespace chatos::dump::testing {

using namespace base::wire;

/// The two ends of a tunnel; from_server turns them around.
inline constexpr ipv4_hosts tunnel_ends{0xC0A8'0001, 0xC0A8'0002};

inline byte_string udp(std::uint16_t port, const byte_string& payload) {
    return joined({big(50'000, 2), big(port, 2), big(8 + payload.size(), 2), big(0, 2), payload});
}

/// An IPv4 packet of a tunnel.
inline byte_string outer(std::uint8_t protocol, const byte_string& payload, bool from_server = false,
                         ipv4_hosts ends = tunnel_ends) {
    return ipv4(payload, from_server, {.protocol = protocol, .hosts = ends});
}

inline byte_string vxlan(std::uint32_t network, const byte_string& frame) {
    return udp(4789, joined({big(0x08, 1), big(0, 3), big(network, 3), big(0, 1), frame}));
}

/// With option_words words of options.
inline byte_string geneve(std::uint32_t network, std::uint16_t type, const byte_string& payload,
                          std::uint8_t option_words = 0) {
    return udp(6081, joined({big(option_words, 1), big(0, 1), big(type, 2), big(network, 3), big(0, 1),
                             byte_string(option_words * std::size_t{4}), payload}));
}

/// The fields that the flags announce are `fields`.
inline byte_string gre(std::uint16_t flags, std::uint16_t type, const byte_string& fields, const byte_string& payload) {
    return joined({big(flags, 2), big(type, 2), fields, payload});
}

inline byte_string label(std::uint32_t value, bool is_last = true) {
    return big(value << 12U | (is_last ? 0x100U : 0U) | 64U, 4);
}

inline byte_string pppoe(std::uint16_t session, const byte_string& ppp_packet) {
    return joined({big(0x1100, 2), big(session, 2), big(ppp_packet.size(), 2), ppp_packet});
}

/// LLC and SNAP before a packet of an Ethernet type.
inline byte_string snap(std::uint16_t type, const byte_string& payload) {
    return joined({big(0xAAAA'0300'0000, 6), big(type, 2), payload});
}

/// A data frame of IEEE 802.11 with three addresses; `control` are the two bytes of frame control as on the wire.
inline byte_string wireless(std::uint16_t control, const byte_string& fields, const byte_string& body) {
    return joined({big(control, 2), big(0, 2), byte_string(18, std::byte{2}), big(0, 2), fields, body});
}

}  // namespace chatos::dump::testing
