#include "dump/link/tunnels.hpp"

#include "dump/link/gre.hpp"
#include "dump/link/udp_tunnels.hpp"

#include <cstring>

namespace chatos::dump {

namespace {

enum ip_protocol : std::uint8_t {
    protocol_ip_in_ip = 4,
    protocol_ipv6 = 41,
    protocol_gre = 47,
    protocol_ip_in_ip_old = 94,
    protocol_etherip = 97,
    protocol_mpls = 137,
};

std::uint64_t hash_of(const ip_address& address) noexcept {
    std::uint64_t halves[2];
    std::memcpy(halves, address.bytes.data(), sizeof halves);
    const std::uint64_t mixed = (halves[0] ^ 0x9E37'79B9'7F4A'7C15ULL) * 0xBF58'476D'1CE4'E5B9ULL;
    return (mixed ^ mixed >> 29U ^ halves[1]) * 0x94D0'49BB'1331'11EBULL;
}

void open_ip_in_ip(network_packet& packet, std::uint8_t outer_version, std::uint8_t version) noexcept {
    packet.note(outer_version == 4 ? (version == 4 ? encapsulation::ipip : encapsulation::ip6_in_4)
                                   : (version == 4 ? encapsulation::ip4_in_6 : encapsulation::ip6_in_6));
    packet.becomes_ip(version);
}

/// RFC 3378: four bits of version, the rest zeros.
void open_etherip(network_packet& packet) noexcept {
    const network_packet header = packet;
    packet.note(encapsulation::etherip);
    if (!packet.drop(2, skip_reason::cut_tunnel_header)) {
        return;
    }
    if (header.byte(0) >> 4U != 3) {
        packet.fail(skip_reason::bad_tunnel_header);
        return;
    }
    packet.becomes(header_kind::ethernet);
}

}  // namespace

bool may_be_tunnel(const ip_payload& payload) noexcept {
    switch (payload.protocol) {
    case protocol_ip_in_ip:
    case protocol_ipv6:
    case protocol_gre:
    case protocol_ip_in_ip_old:
    case protocol_etherip:
    case protocol_mpls: return true;
    case protocol_udp: return payload.fragment.offset_bytes != 0 || has_tunnel_port(payload.bytes);
    default: return false;
    }
}

void open_tunnel(const ip_payload& payload, network_packet& packet) noexcept {
    const std::uint64_t outer_network = payload.vlan;
    packet.bytes = payload.bytes;
    packet.original_bytes = payload.original_bytes;
    // The two directions of a tunnel are one network: the order of its ends does not count.
    packet.vlan = outer_network;
    packet.enter_network(hash_of(payload.source) + hash_of(payload.destination));
    switch (payload.protocol) {
    case protocol_udp: open_udp_tunnel(packet); return;
    case protocol_gre: open_gre(packet, outer_network); return;
    case protocol_ip_in_ip:
    case protocol_ip_in_ip_old: open_ip_in_ip(packet, payload.ip_version, 4); return;
    case protocol_ipv6: open_ip_in_ip(packet, payload.ip_version, 6); return;
    case protocol_etherip: open_etherip(packet); return;
    case protocol_mpls: packet.becomes(header_kind::mpls); return;
    default: packet.fail(skip_reason::not_tcp, {frame_kind::registry::ip_protocol, payload.protocol}); return;
    }
}

}  // namespace chatos::dump
