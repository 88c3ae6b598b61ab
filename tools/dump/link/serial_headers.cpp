// MPLS, and what links between two ends have before their packets: PPPoE, PPP, HDLC, Frame Relay.
#include "dump/link/header_openers.hpp"
#include "dump/link/ip_layer.hpp"

namespace chatos::dump {

namespace {

/// An Ethernet address that begins as an IP header would hardly has the right checksum, or length, in the right place.
bool is_surely_ip(const network_packet& packet) noexcept {
    if (!may_be_ip(packet)) {
        return false;
    }
    if (packet.byte(0) >> 4U == 6) {
        return packet.number<std::uint16_t>(4) != 0;
    }
    const std::size_t header_bytes = (packet.byte(0) & 0x0FU) * std::size_t{4};
    return packet.bytes.size() >= header_bytes &&
           is_right_checksum(ones_complement_sum(packet.bytes.first(header_bytes), 0));
}

/// What follows the last label. Nothing says what it is: IP, or a pseudowire with Ethernet in it, with a control word
/// or without (RFC 4385: its first four bits are 0). An Ethernet address may begin with any of these bits, so what
/// makes sense as a whole decides.
void open_after_labels(network_packet& packet) noexcept {
    constexpr std::size_t control_word_bytes = 4;
    if (packet.bytes.empty()) {
        packet.fail(skip_reason::cut_tunnel_header);
        return;
    }
    const unsigned nibble = packet.byte(0) >> 4U;
    const bool is_ip_version = nibble == 4 || nibble == 6;
    if (is_ip_version && (is_surely_ip(packet) || !may_be_ethernet(packet))) {
        packet.becomes_ip(static_cast<std::uint8_t>(nibble));
        return;
    }
    network_packet controlled = packet;
    const bool has_room = controlled.drop(control_word_bytes);
    if (has_room && nibble == 0 && (may_be_ethernet(controlled) || !may_be_ethernet(packet))) {
        packet = controlled;
        packet.becomes(header_kind::ethernet);
        return;
    }
    if (nibble == 1 && !may_be_ethernet(packet)) {  // RFC 5085, an associated channel
        packet.fail(skip_reason::not_ip, known_kind::mpls_channel);
        return;
    }
    packet.becomes(header_kind::ethernet);
}

/// Removes padding that the length of a PPPoE header tells.
void open_session(network_packet& packet, const network_packet& header) noexcept {
    packet.enter_network(std::uint64_t{2} << 56U | header.number<std::uint16_t>(2));
    packet.limit(header.number<std::uint16_t>(4));
    packet.becomes(header_kind::ppp);
}

void open_ppp_protocol(network_packet& packet, std::uint16_t protocol) noexcept {
    switch (protocol) {
    case 0x0021: packet.becomes_ip(4); return;
    case 0x0057: packet.becomes_ip(6); return;
    case 0x0281:
    case 0x0283: packet.becomes(header_kind::mpls); return;
    case 0x003D: packet.fail(skip_reason::unreadable, known_kind::ppp_multilink); return;
    case 0x0053:
    case 0x0055: packet.fail(skip_reason::unreadable, known_kind::ppp_encrypted); return;
    case 0x002D:
    case 0x002F:
    case 0x00FB:
    case 0x00FD: packet.fail(skip_reason::unreadable, known_kind::ppp_compressed); return;
    default: packet.fail(skip_reason::not_ip, known_kind::ppp_control); return;
    }
}

}  // namespace

void open_mpls(network_packet& packet) noexcept {
    constexpr std::uint32_t first_ordinary_label = 16;
    constexpr std::uint32_t bottom_of_stack = 0x100;
    packet.note(encapsulation::mpls);
    for (; packet.headers < headers_max; ++packet.headers) {
        const network_packet label = packet;
        if (!packet.drop(4, skip_reason::cut_tunnel_header)) {
            return;
        }
        const auto entry = label.number<std::uint32_t>(0);
        if ((entry & bottom_of_stack) == 0) {
            continue;
        }
        // Upper labels change on the way, the last one says whose packet it is.
        const std::uint32_t value = entry >> 12U;
        if (value >= first_ordinary_label) {
            packet.enter_network(std::uint64_t{3} << 56U | value);
        }
        open_after_labels(packet);
        return;
    }
    packet.fail(skip_reason::too_many_headers);
}

void open_pppoe(network_packet& packet) noexcept {
    constexpr std::uint16_t version_1_type_1_session = 0x1100;
    const network_packet header = packet;
    packet.note(encapsulation::pppoe);
    if (!packet.drop(6, skip_reason::cut_tunnel_header)) {
        return;
    }
    if (header.number<std::uint16_t>(0) != version_1_type_1_session) {
        packet.fail(skip_reason::bad_tunnel_header);
        return;
    }
    open_session(packet, header);
}

/// The address and control bytes may be left out, and the first byte of a protocol below 256 as well (RFC 1661, 6.5).
void open_ppp(network_packet& packet) noexcept {
    constexpr std::uint16_t address_and_control = 0xFF03;
    constexpr std::uint16_t address_and_control_of_pppd = 0x0003;
    packet.note(encapsulation::ppp);
    if (packet.bytes.size() >= 2 && packet.number<std::uint16_t>(0) == address_and_control) {
        packet.drop(2);
    } else if (packet.bytes.size() >= 2 && (packet.number<std::uint16_t>(0) & 0xFEFFU) == address_and_control_of_pppd) {
        packet.drop(2);  // the first byte says the direction
    }
    const network_packet header = packet;
    const bool is_short = !header.bytes.empty() && (header.byte(0) & 1U) != 0;
    if (packet.drop(is_short ? 1 : 2, skip_reason::cut_tunnel_header)) {
        open_ppp_protocol(packet, is_short ? header.byte(0) : header.number<std::uint16_t>(0));
    }
}

/// Cisco's HDLC has an Ethernet type; PPP uses the same links, with an address of its own.
void open_hdlc(network_packet& packet) noexcept {
    const network_packet header = packet;
    if (header.bytes.empty()) {
        packet.fail(skip_reason::cut_link_header);
        return;
    }
    const std::uint8_t address = header.byte(0);
    if (address != 0x0F && address != 0x8F) {
        packet.becomes(header_kind::ppp);
        return;
    }
    packet.note(encapsulation::hdlc);
    if (packet.drop(4)) {
        packet.becomes_ether_type(header.number<std::uint16_t>(2));
    }
}

/// RFC 2427: an address, 3 for unnumbered information, a padding of 0, the protocol. Cisco's form has an Ethernet type
/// after the address.
void open_frame_relay(network_packet& packet) noexcept {
    packet.note(encapsulation::frame_relay);
    std::size_t address_bytes = 1;
    while (address_bytes <= packet.bytes.size() && address_bytes < 4 && (packet.byte(address_bytes - 1) & 1U) == 0) {
        ++address_bytes;
    }
    if (!packet.drop(address_bytes) || packet.bytes.size() < 2) {
        packet.fail(skip_reason::cut_link_header);
        return;
    }
    const network_packet header = packet;
    if (header.byte(0) != 3) {
        packet.drop(2);
        packet.becomes_ether_type(header.number<std::uint16_t>(0));
        return;
    }
    packet.drop(header.byte(1) == 0 ? 2 : 1);
    const network_packet protocol = packet;
    if (!packet.drop(1)) {
        return;
    }
    switch (protocol.byte(0)) {
    case 0xCC: packet.becomes_ip(4); return;
    case 0x8E: packet.becomes_ip(6); return;
    case 0xCF: packet.becomes(header_kind::ppp); return;
    case 0x80: {  // SNAP: an organization and an Ethernet type
        const network_packet snap = packet;
        if (packet.drop(5)) {
            packet.becomes_ether_type(snap.number<std::uint16_t>(3));
        }
        return;
    }
    default: packet.fail(skip_reason::not_ip, known_kind::llc); return;
    }
}

}  // namespace chatos::dump
