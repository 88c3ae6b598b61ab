#include "dump/link/gre.hpp"

namespace chatos::dump {

namespace {

enum gre_flag : std::uint16_t {
    has_checksum = 0x8000,
    has_routing = 0x4000,
    has_key = 0x2000,
    has_sequence = 0x1000,
    has_acknowledgement = 0x0080,  // version 1 only
};

constexpr std::uint16_t ethernet_type = 0x6558;
constexpr std::uint16_t erspan_type = 0x88BE;
constexpr std::uint16_t erspan_iii_type = 0x22EB;
constexpr std::uint16_t ppp_type = 0x880B;
constexpr std::uint16_t wccp_type = 0x883E;
/// From access points of Aruba to their controller: frames of IEEE 802.11.
constexpr std::uint16_t aruba_type_min = 0x8200;
constexpr std::uint16_t aruba_type_max = 0x83FF;

/// RFC 7637: NVGRE has a key, and nothing else.
bool may_be_nvgre(std::uint16_t flags, std::uint16_t type) noexcept {
    return type == ethernet_type && (flags & (has_checksum | has_key | has_sequence)) == has_key;
}

/// The lower eight bits of an NVGRE key tell flows of one network apart. Its networks have numbers from 0x1000 on,
/// other tunnels small keys.
std::uint32_t network_of_key(std::uint32_t key, std::uint16_t flags, std::uint16_t type) noexcept {
    constexpr std::uint32_t nvgre_network_min = 0x1000;
    return may_be_nvgre(flags, type) && key >> 8U >= nvgre_network_min ? key >> 8U : key;
}

/// RFC 1701: routing entries, of which the last one has no length.
bool drop_routing(network_packet& packet) noexcept {
    while (packet.reason == skip_reason::none) {
        const network_packet entry = packet;
        if (!packet.drop(4, skip_reason::cut_tunnel_header)) {
            return false;
        }
        const std::size_t length = entry.byte(3);
        if (length == 0) {
            return true;
        }
        packet.drop(length, skip_reason::cut_tunnel_header);
    }
    return false;
}

/// ERSPAN: a switch's copy of frames. Type I has no header, types II and III say their version. A mirror is no network
/// of its own: the two directions of a connection may come from different switches.
void open_erspan(network_packet& packet, bool has_header, std::uint64_t outer_network) noexcept {
    packet.vlan = outer_network;
    packet.becomes(header_kind::ethernet);
    if (!has_header) {
        packet.note(encapsulation::erspan_i);
        return;
    }
    const network_packet header = packet;
    if (header.bytes.empty()) {
        packet.fail(skip_reason::cut_tunnel_header);
        return;
    }
    const unsigned version = header.byte(0) >> 4U;
    if (version == 1) {
        packet.note(encapsulation::erspan_ii);
        packet.drop(8, skip_reason::cut_tunnel_header);
        return;
    }
    if (version != 2) {
        packet.fail(skip_reason::bad_tunnel_header);
        return;
    }
    packet.note(encapsulation::erspan_iii);
    if (!packet.drop(12, skip_reason::cut_tunnel_header)) {
        return;
    }
    const unsigned frame_type = header.byte(10) >> 2U & 0x1FU;
    const bool has_platform_part = (header.byte(11) & 1U) != 0;
    if (has_platform_part && !packet.drop(8, skip_reason::cut_tunnel_header)) {
        return;
    }
    if (frame_type == 2) {
        packet.becomes(header_kind::any_ip);
    }
}

/// A redirect header of four bytes lies before the packet, except in the first version.
void open_wccp(network_packet& packet) noexcept {
    if (!may_be_ip(packet, 4)) {
        packet.drop(4, skip_reason::cut_tunnel_header);
    }
    packet.becomes(header_kind::any_ip);
}

void open_payload(network_packet& packet, std::uint16_t flags, std::uint16_t type,
                  std::uint64_t outer_network) noexcept {
    switch (type) {
    case ethernet_type:
        packet.note(encapsulation::gretap);
        if (may_be_nvgre(flags, type)) {
            packet.note(encapsulation::nvgre);
        }
        packet.becomes(header_kind::ethernet);
        return;
    case erspan_type: open_erspan(packet, (flags & has_sequence) != 0, outer_network); return;
    case erspan_iii_type: open_erspan(packet, true, outer_network); return;
    case ppp_type: packet.becomes(header_kind::ppp); return;
    case wccp_type: open_wccp(packet); return;
    default: break;
    }
    if (type >= aruba_type_min && type <= aruba_type_max) {
        packet.becomes(header_kind::ieee80211);
    } else {
        packet.becomes_ether_type(type);
    }
}

}  // namespace

void open_gre(network_packet& packet, std::uint64_t outer_network) noexcept {
    const network_packet header = packet;
    packet.note(encapsulation::gre);
    if (!packet.drop(4, skip_reason::cut_tunnel_header)) {
        return;
    }
    const auto flags = header.number<std::uint16_t>(0);
    const auto type = header.number<std::uint16_t>(2);
    const unsigned version = flags & 7U;
    if (version > 1) {
        packet.fail(skip_reason::bad_tunnel_header);
        return;
    }
    if ((flags & (has_checksum | has_routing)) != 0 && !packet.drop(4, skip_reason::cut_tunnel_header)) {
        return;
    }
    if ((flags & has_key) != 0) {
        const network_packet key = packet;
        if (!packet.drop(4, skip_reason::cut_tunnel_header)) {
            return;
        }
        if (version == 0) {  // in version 1 (PPTP) each direction has a key of its own
            packet.enter_network(network_of_key(key.number<std::uint32_t>(0), flags, type));
        }
    }
    if ((flags & has_sequence) != 0 && !packet.drop(4, skip_reason::cut_tunnel_header)) {
        return;
    }
    if (version == 1) {
        packet.note(encapsulation::pptp);
        if ((flags & has_acknowledgement) != 0 && !packet.drop(4, skip_reason::cut_tunnel_header)) {
            return;
        }
    } else if ((flags & has_routing) != 0 && !drop_routing(packet)) {
        return;
    }
    if (packet.original_bytes == 0) {  // a keep-alive, or an acknowledgement of PPTP
        packet.fail(skip_reason::not_tcp, {frame_kind::registry::ip_protocol, 47});
        return;
    }
    open_payload(packet, flags, type, outer_network);
}

}  // namespace chatos::dump
