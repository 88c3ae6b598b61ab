#include "dump/link/udp_tunnels.hpp"

#include "dump/link/gre.hpp"

#include <algorithm>

namespace chatos::dump {

namespace {

constexpr frame_kind plain_udp{frame_kind::registry::ip_protocol, 17};

/// What has a tunnel's port and is none.
void leave(network_packet& packet, frame_kind kind = plain_udp) noexcept {
    packet.fail(skip_reason::not_tcp, kind);
}

/// RFC 7348. The generic extension (VXLAN-GPE) says what follows, where a flag says that it does.
void open_vxlan(network_packet& packet) noexcept {
    constexpr std::uint8_t has_identifier = 0x08;
    constexpr std::uint8_t has_protocol = 0x04;
    constexpr std::uint8_t never_generic = 0xC0;
    const network_packet header = packet;
    if (header.bytes.empty() || (header.byte(0) & has_identifier) == 0) {
        leave(packet);
        return;
    }
    // Other bits are reserved in VXLAN, and to be ignored whatever they are (RFC 7348).
    const bool is_generic = (header.byte(0) & has_protocol) != 0 && (header.byte(0) & never_generic) == 0;
    packet.note(is_generic ? encapsulation::vxlan_gpe : encapsulation::vxlan);
    if (!packet.drop(8, skip_reason::cut_tunnel_header)) {
        return;
    }
    packet.enter_network(header.number<std::uint32_t>(4) >> 8U);
    if (is_generic) {
        becomes_next_protocol(packet, header.byte(3));
    } else {
        packet.becomes(header_kind::ethernet);
    }
}

/// RFC 8926.
void open_geneve(network_packet& packet) noexcept {
    const network_packet header = packet;
    if (header.bytes.empty() || header.byte(0) >> 6U != 0) {
        leave(packet);
        return;
    }
    packet.note(encapsulation::geneve);
    const std::size_t option_bytes = (header.byte(0) & 0x3FU) * std::size_t{4};
    if (!packet.drop(8 + option_bytes, skip_reason::cut_tunnel_header)) {
        return;
    }
    packet.enter_network(header.number<std::uint32_t>(4) >> 8U);
    packet.becomes_ether_type(header.number<std::uint16_t>(2));
}

/// RFC 2661. Each direction has numbers of its own for the tunnel and the session.
void open_l2tp(network_packet& packet) noexcept {
    constexpr std::uint16_t is_control = 0x8000;
    constexpr std::uint16_t has_length = 0x4000;
    constexpr std::uint16_t has_sequence = 0x0800;
    constexpr std::uint16_t has_offset = 0x0200;
    if (packet.bytes.size() < 2) {
        leave(packet);
        return;
    }
    const auto flags = packet.number<std::uint16_t>(0);
    if ((flags & 0x000FU) != 2 || (flags & is_control) != 0) {
        leave(packet, (flags & is_control) != 0 ? frame_kind{known_kind::l2tp_control} : plain_udp);
        return;
    }
    packet.note(encapsulation::l2tp);
    const std::size_t header_bytes =
        6U + ((flags & has_length) != 0 ? 2U : 0U) + ((flags & has_sequence) != 0 ? 4U : 0U);
    if (!packet.drop(header_bytes, skip_reason::cut_tunnel_header)) {
        return;
    }
    if ((flags & has_offset) != 0) {
        const network_packet offset = packet;
        if (!packet.drop(2, skip_reason::cut_tunnel_header) ||
            !packet.drop(offset.number<std::uint16_t>(0), skip_reason::cut_tunnel_header)) {
            return;
        }
    }
    packet.becomes(header_kind::ppp);
}

/// 3GPP TS 29.281. Each direction has an identifier of its own.
void open_gtp_u(network_packet& packet) noexcept {
    constexpr std::uint8_t user_data = 255;
    if (packet.bytes.size() < 8 || packet.byte(0) >> 4U != 3 || packet.byte(1) != user_data) {
        leave(packet);
        return;
    }
    const std::uint8_t flags = packet.byte(0) & 0x07U;
    packet.note(encapsulation::gtp_u);
    packet.drop(8);
    if (flags != 0) {
        const network_packet optional = packet;
        if (!packet.drop(4, skip_reason::cut_tunnel_header)) {
            return;
        }
        std::uint8_t extension = (flags & 0x04U) != 0 ? optional.byte(3) : 0;
        while (extension != 0) {
            const std::size_t bytes = packet.bytes.empty() ? 4 : packet.byte(0) * std::size_t{4};
            const network_packet header = packet;
            if (bytes == 0) {
                packet.fail(skip_reason::bad_tunnel_header);
                return;
            }
            if (!packet.drop(bytes, skip_reason::cut_tunnel_header)) {
                return;
            }
            extension = header.byte(bytes - 1);
        }
    }
    packet.becomes(header_kind::any_ip);
}

/// RFC 4380: IPv6, after an authentication and an origin if they are there.
void open_teredo(network_packet& packet) noexcept {
    network_packet inside = packet;
    if (inside.bytes.size() >= 4 && inside.number<std::uint16_t>(0) == 0x0001) {
        inside.drop(13U + inside.byte(2) + inside.byte(3));
    }
    if (inside.reason == skip_reason::none && inside.bytes.size() >= 2 && inside.number<std::uint16_t>(0) == 0x0000) {
        inside.drop(8);
    }
    if (inside.reason != skip_reason::none || !may_be_ip(inside, 6)) {
        leave(packet);
        return;
    }
    packet = inside;
    packet.note(encapsulation::teredo);
    packet.becomes_ip(6);
}

void open_mpls_in_udp(network_packet& packet) noexcept {
    packet.becomes(header_kind::mpls);
}

/// RFC 8086.
void open_gre_in_udp(network_packet& packet) noexcept {
    open_gre(packet, packet.vlan);
}

struct udp_tunnel {
    std::uint16_t port;
    void (*open)(network_packet&) noexcept;
};

constexpr udp_tunnel tunnels[]{{1701, open_l2tp},       {2152, open_gtp_u},       {3544, open_teredo},
                               {4754, open_gre_in_udp}, {4789, open_vxlan},       {4790, open_vxlan},
                               {6081, open_geneve},     {6635, open_mpls_in_udp}, {8472, open_vxlan}};

const udp_tunnel* find_tunnel(std::uint16_t source, std::uint16_t destination) noexcept {
    const udp_tunnel* by_source = nullptr;
    for (const udp_tunnel& row : tunnels) {
        if (row.port == destination) {
            return &row;
        }
        if (row.port == source) {
            by_source = &row;
        }
    }
    return by_source;
}

bool looks_like_wireguard(const network_packet& packet) noexcept {
    if (packet.bytes.size() < 4 || number_at<std::uint32_t>(packet.bytes, 0, byte_order::little) > 4) {
        return false;
    }
    const std::uint32_t size = packet.original_bytes;
    switch (packet.byte(0)) {
    case 1: return size == 148;
    case 2: return size == 92;
    case 3: return size == 64;
    case 4: return size >= 32 && size % 16 == 0;
    default: return false;
    }
}

bool looks_like_dtls(const network_packet& packet) noexcept {
    if (packet.bytes.size() < 13 || packet.byte(0) < 20 || packet.byte(0) > 26) {
        return false;
    }
    const auto version = packet.number<std::uint16_t>(1);
    const bool is_version = version == 0xFEFF || version == 0xFEFD || version == 0xFEFC || version == 0x0100;
    return is_version && packet.number<std::uint16_t>(11) + 13U <= packet.original_bytes;
}

bool looks_like_quic(const network_packet& packet) noexcept {
    if (packet.bytes.size() < 7 || (packet.byte(0) & 0xC0U) != 0xC0) {
        return false;
    }
    const auto version = packet.number<std::uint32_t>(1);
    return (version == 1 || version == 0x6B33'43CF) && packet.byte(5) <= 20;
}

/// ESP on the port of NAT traversal, where IKE begins with four zeros (RFC 3948).
bool looks_like_esp(const network_packet& packet, std::uint16_t source, std::uint16_t destination) noexcept {
    constexpr std::uint16_t port = 4500;
    return (source == port || destination == port) && packet.bytes.size() >= 8 && packet.number<std::uint32_t>(0) != 0;
}

frame_kind kind_of(const network_packet& packet, std::uint16_t source, std::uint16_t destination) noexcept {
    if (looks_like_esp(packet, source, destination)) {
        return known_kind::esp_in_udp;
    }
    if (looks_like_wireguard(packet)) {
        return known_kind::wireguard;
    }
    if (looks_like_dtls(packet)) {
        return known_kind::dtls;
    }
    if (looks_like_quic(packet)) {
        return known_kind::quic;
    }
    // Between radio access points and their controllers; control messages are DTLS as a rule.
    const auto is_either = [source, destination](std::uint16_t port) { return source == port || destination == port; };
    if (is_either(5246) || is_either(5247)) {
        return known_kind::capwap;
    }
    return is_either(12'222) || is_either(12'223) ? frame_kind{known_kind::lwapp} : plain_udp;
}

}  // namespace

bool has_tunnel_port(std::span<const std::byte> payload) noexcept {
    return payload.size() >= 4 && find_tunnel(network_number_at<std::uint16_t>(payload, 0),
                                              network_number_at<std::uint16_t>(payload, 2)) != nullptr;
}

void open_udp_tunnel(network_packet& packet) noexcept {
    constexpr std::size_t header_bytes = 8;
    const network_packet header = packet;
    if (header.bytes.size() < header_bytes) {
        leave(packet);
        return;
    }
    const auto source = header.number<std::uint16_t>(0);
    const auto destination = header.number<std::uint16_t>(2);
    const std::size_t length = header.number<std::uint16_t>(4);
    packet.drop(header_bytes);
    if (length >= header_bytes) {  // 0 in what segmentation offload has not finished yet
        packet.limit(length - header_bytes);
    }
    if (const udp_tunnel* const tunnel = find_tunnel(source, destination)) {
        tunnel->open(packet);
        return;
    }
    leave(packet, kind_of(packet, source, destination));
}

}  // namespace chatos::dump
