// Ethernet, LLC, and what follows an Ethernet type.
#include "dump/link/header_openers.hpp"

namespace chatos::dump {

namespace {

constexpr std::uint16_t ether_ipv4 = 0x0800;
constexpr std::uint16_t ether_ipv6 = 0x86DD;
constexpr int vlan_tags_max = 5;
/// Up to this an Ethernet type is the length of an IEEE 802.3 frame.
constexpr std::uint16_t ether_length_max = 1500;

/// A tag of `tag_bytes`, of which the last two are the Ethernet type that follows.
void open_tag(network_packet& packet, encapsulation kind, std::size_t tag_bytes) noexcept {
    const network_packet tag = packet;
    packet.note(kind);
    if (packet.drop(tag_bytes)) {
        packet.becomes_ether_type(tag.number<std::uint16_t>(tag_bytes - 2));
    }
}

/// Takes VLAN tags off; false if there are too many or one is cut.
bool drop_vlan_tags(network_packet& packet) noexcept {
    constexpr std::uint64_t shiftable_max = std::uint64_t{1} << 48U;
    for (int tags = 0; is_vlan_tag(packet.ether_type); ++tags) {
        if (tags == vlan_tags_max) {
            packet.fail(skip_reason::too_many_vlan_tags);
            return false;
        }
        const network_packet tag = packet;
        packet.note(encapsulation::vlan);
        if (!packet.drop(4)) {
            return false;
        }
        const std::uint64_t identifier = tag.number<std::uint16_t>(0) & 0x0FFFU;
        if (identifier != 0 && packet.vlan < shiftable_max) {
            packet.vlan = packet.vlan << 12U | identifier;
        } else if (identifier != 0) {
            packet.enter_network(identifier);
        }
        packet.ether_type = tag.number<std::uint16_t>(2);
    }
    return true;
}

/// IEEE 802.1ah: priority and service identifier, then the customer's Ethernet header.
void open_i_tag(network_packet& packet) noexcept {
    const network_packet tag = packet;
    packet.note(encapsulation::i_tag);
    if (packet.drop(4)) {
        packet.enter_network(std::uint64_t{1} << 56U | (tag.number<std::uint32_t>(0) & 0xFF'FFFFU));
        packet.becomes(header_kind::ethernet);
    }
}

void open_trill(network_packet& packet) noexcept {
    constexpr std::size_t header_bytes = 6;
    packet.note(encapsulation::trill);
    if (packet.bytes.size() < header_bytes) {
        packet.fail(skip_reason::cut_link_header);
        return;
    }
    const std::size_t option_words = packet.number<std::uint16_t>(0) >> 6U & 0x1FU;
    if (packet.drop(header_bytes + option_words * 4)) {
        packet.becomes(header_kind::ethernet);
    }
}

/// Cisco's: a field after addresses of its own, then the frame.
void open_fabric_path(network_packet& packet) noexcept {
    packet.note(encapsulation::fabric_path);
    if (packet.drop(2)) {
        packet.becomes(header_kind::ethernet);
    }
}

/// The pairs of service access points of SNAP, spanning tree, ISO, and IP.
bool is_service_point(std::uint16_t points) noexcept {
    return points == 0xAAAA || points == 0x4242 || points == 0xFEFE || points == 0x0606;
}

}  // namespace

// What follows depends on no lengths: padding must not change what a packet is taken for.

bool may_be_ip(const network_packet& packet, std::uint8_t version) noexcept {
    if (packet.bytes.size() < 20) {
        return false;
    }
    const unsigned nibble = packet.byte(0) >> 4U;
    if (version != 0 && nibble != version) {
        return false;
    }
    if (nibble == 4) {
        const unsigned header_bytes = (packet.byte(0) & 0x0FU) * 4U;
        const unsigned total_bytes = packet.number<std::uint16_t>(2);
        return header_bytes >= 20 && (total_bytes == 0 || total_bytes >= header_bytes);
    }
    return nibble == 6;
}

bool may_be_ethernet(const network_packet& packet) noexcept {
    network_packet inside = packet;
    if (!inside.drop(12)) {
        return false;
    }
    while (inside.bytes.size() >= 2) {
        const auto type = inside.number<std::uint16_t>(0);
        inside.drop(2);
        if (is_vlan_tag(type) && inside.drop(2)) {
            continue;
        }
        if (type == ether_ipv4 || type == ether_ipv6) {
            return may_be_ip(inside, type == ether_ipv4 ? 4 : 6);
        }
        const bool is_llc = type <= ether_length_max && inside.bytes.size() >= 2;
        return type == 0x0806 || type == 0x8847 || type == 0x8864 || type == 0x88CC ||
               (is_llc && is_service_point(inside.number<std::uint16_t>(0)));
    }
    return false;
}

void open_ethernet(network_packet& packet) noexcept {
    if (packet.drop(12)) {
        open_type_field(packet);
    }
}

void open_type_field(network_packet& packet) noexcept {
    const network_packet header = packet;
    if (packet.drop(2)) {
        packet.becomes_ether_type(header.number<std::uint16_t>(0));
    }
}

void open_padded_type_field(network_packet& packet) noexcept {
    open_type_field(packet);
    if (packet.reason == skip_reason::none) {
        packet.drop(2);
    }
}

void open_ether_type(network_packet& packet) noexcept {
    if (packet.ether_type <= ether_length_max) {
        packet.becomes(header_kind::llc);
        return;
    }
    if (!drop_vlan_tags(packet)) {
        return;
    }
    switch (packet.ether_type) {
    case ether_ipv4: packet.becomes_ip(4); return;
    case ether_ipv6: packet.becomes_ip(6); return;
    case 0x8847:
    case 0x8848: packet.becomes(header_kind::mpls); return;
    case 0x8864: packet.becomes(header_kind::pppoe); return;
    case 0x880B: packet.becomes(header_kind::ppp); return;
    case 0x6558: packet.becomes(header_kind::ethernet); return;
    case 0x894F: packet.becomes(header_kind::nsh); return;
    case 0x8926: open_tag(packet, encapsulation::vn_tag, 6); return;
    case 0x893F: open_tag(packet, encapsulation::e_tag, 8); return;
    case 0x8909: open_tag(packet, encapsulation::metadata, 8); return;
    case 0xF1C1: open_tag(packet, encapsulation::r_tag, 6); return;
    case 0x88E7: open_i_tag(packet); return;
    case 0x22F3: open_trill(packet); return;
    case 0x8903: open_fabric_path(packet); return;
    default: break;
    }
    if (packet.ether_type <= ether_length_max) {  // a tag before the length of an IEEE 802.3 frame
        packet.becomes(header_kind::llc);
        return;
    }
    packet.fail(skip_reason::not_ip, {frame_kind::registry::ether_type, packet.ether_type});
}

/// IEEE 802.2: its SNAP form has an Ethernet type; IP has an address of its own as well.
void open_llc(network_packet& packet) noexcept {
    constexpr std::size_t snap_bytes = 8;
    constexpr std::size_t llc_bytes = 3;
    const network_packet header = packet;
    const std::uint32_t start =
        header.bytes.size() < llc_bytes ? 0 : std::uint32_t{header.number<std::uint16_t>(0)} << 8U | header.byte(2);
    if (start == 0x06'06'03) {
        packet.drop(llc_bytes);
        packet.becomes_ip(4);
        return;
    }
    if (start != 0xAA'AA'03) {
        packet.fail(skip_reason::not_ip, start == 0x42'42'03 ? known_kind::stp : known_kind::llc);
        return;
    }
    if (!packet.drop(snap_bytes)) {
        packet.fail(skip_reason::not_ip, known_kind::llc);
        return;
    }
    const std::uint32_t organization = header.number<std::uint32_t>(3) >> 8U;
    const auto type = header.number<std::uint16_t>(6);
    constexpr std::uint32_t bridging_organization = 0x00'80C2;
    if ((organization == 0 || organization == 0x00'00F8) && type > ether_length_max) {
        packet.becomes_ether_type(type);
    } else if (organization == bridging_organization && (type == 1 || type == 7)) {  // RFC 2684, two bytes of padding
        if (packet.drop(2)) {
            packet.becomes(header_kind::ethernet);
        }
    } else {
        packet.fail(skip_reason::not_ip, known_kind::llc);
    }
}

/// RFC 8300, the network service header.
void open_nsh(network_packet& packet) noexcept {
    constexpr std::size_t header_bytes_min = 8;
    const network_packet header = packet;
    packet.note(encapsulation::nsh);
    if (header.bytes.size() < header_bytes_min) {
        packet.fail(skip_reason::cut_tunnel_header);
        return;
    }
    const std::size_t header_bytes = (header.byte(1) & 0x3FU) * std::size_t{4};
    if (header_bytes < header_bytes_min || header.byte(0) >> 6U != 0) {
        packet.fail(skip_reason::bad_tunnel_header);
        return;
    }
    if (!packet.drop(header_bytes, skip_reason::cut_tunnel_header)) {
        return;
    }
    becomes_next_protocol(packet, header.byte(3));
}

void becomes_next_protocol(network_packet& packet, std::uint8_t protocol) noexcept {
    switch (protocol) {
    case 1: packet.becomes_ip(4); return;
    case 2: packet.becomes_ip(6); return;
    case 3: packet.becomes(header_kind::ethernet); return;
    case 4: packet.becomes(header_kind::nsh); return;
    case 5: packet.becomes(header_kind::mpls); return;
    default: packet.fail(skip_reason::not_ip, known_kind::no_packet); return;
    }
}

}  // namespace chatos::dump
