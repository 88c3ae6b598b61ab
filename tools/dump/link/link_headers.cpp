// What frames of link types other than Ethernet begin with, radio and serial ones apart.
#include "dump/link/header_openers.hpp"
#include "dump/link/link_types.hpp"

namespace chatos::dump {

namespace {

/// The address families of the systems that write captures.
void open_family(network_packet& packet, std::uint32_t family) noexcept {
    switch (family) {
    case 2: packet.becomes_ip(4); return;
    case 10:                                // Linux
    case 23:                                // Windows
    case 24:                                // NetBSD, OpenBSD
    case 28:                                // FreeBSD
    case 30: packet.becomes_ip(6); return;  // macOS
    default: packet.fail(skip_reason::not_ip, known_kind::no_packet); return;
    }
}

/// A family in the byte order of the machine that captured.
std::uint32_t family_of(std::uint32_t big) noexcept {
    return big > 0xFFFF ? swapped(big) : big;
}

void open_after(network_packet& packet, std::size_t header_bytes, header_kind following) noexcept {
    if (packet.drop(header_bytes)) {
        packet.becomes(following);
    }
}

/// Devices of other kinds than Ethernet have no Ethernet type in a cooked header.
void open_cooked_payload(network_packet& packet, std::uint16_t device, std::uint16_t type) noexcept {
    switch (device) {
    case 801: packet.becomes(header_kind::ieee80211); return;
    case 802: packet.becomes(header_kind::prism); return;
    case 803: packet.becomes(header_kind::radiotap); return;
    default: packet.becomes_ether_type(type); return;
    }
}

std::uint32_t little_number(const network_packet& packet, std::size_t at) noexcept {
    return number_at<std::uint32_t>(packet.bytes, at, byte_order::little);
}

/// Another link type follows.
void open_as(network_packet& packet, std::uint32_t link_type) noexcept {
    const link_type_row* const row =
        link_type <= 0xFFFF ? find_link_type(static_cast<std::uint16_t>(link_type)) : nullptr;
    if (row == nullptr) {
        packet.fail(skip_reason::unknown_link_type,
                    {frame_kind::registry::link_type, static_cast<std::uint16_t>(link_type)});
        return;
    }
    begin_frame(packet, *row);
}

}  // namespace

/// NULL and LOOP: an address family in four bytes.
void open_loopback(network_packet& packet) noexcept {
    const network_packet header = packet;
    if (packet.drop(4)) {
        open_family(packet, family_of(header.number<std::uint32_t>(0)));
    }
}

void open_any_ip(network_packet& packet) noexcept {
    if (packet.bytes.empty()) {
        packet.fail(skip_reason::cut_ip_header);
        return;
    }
    const unsigned version = packet.byte(0) >> 4U;
    if (version != 4 && version != 6) {
        packet.fail(skip_reason::not_ip, known_kind::no_packet);
        return;
    }
    packet.becomes_ip(static_cast<std::uint8_t>(version));
}

void open_cooked(network_packet& packet) noexcept {
    const network_packet header = packet;
    if (packet.drop(16)) {
        open_cooked_payload(packet, header.number<std::uint16_t>(2), header.number<std::uint16_t>(14));
    }
}

void open_cooked_2(network_packet& packet) noexcept {
    const network_packet header = packet;
    if (packet.drop(20)) {
        open_cooked_payload(packet, header.number<std::uint16_t>(8), header.number<std::uint16_t>(0));
    }
}

/// With source routing, as a bit of the source address says, a field follows that begins with its length.
void open_token_ring(network_packet& packet) noexcept {
    constexpr std::size_t header_bytes = 14;
    if (packet.bytes.size() <= header_bytes) {
        packet.fail(skip_reason::cut_link_header);
        return;
    }
    const bool has_route = (packet.byte(8) & 0x80U) != 0;
    open_after(packet, header_bytes + (has_route ? packet.byte(header_bytes) & 0x1FU : 0U), header_kind::llc);
}

/// RFC 1051, and RFC 1201, which numbers what belongs together; the addresses are taken off already.
void open_arcnet(network_packet& packet) noexcept {
    enum type : std::uint8_t { ip_numbered = 212, arp_numbered = 213, ip_plain = 240, arp_plain = 241 };
    constexpr std::uint8_t is_exception = 0xFF;
    constexpr std::size_t number_bytes = 3;  // a flag and a sequence number
    const network_packet header = packet;
    if (!packet.drop(1)) {
        return;
    }
    switch (header.byte(0)) {
    case ip_plain: packet.becomes_ip(4); return;
    case ip_numbered: break;
    case arp_plain:
    case arp_numbered: packet.fail(skip_reason::not_ip, {frame_kind::registry::ether_type, 0x0806}); return;
    default: packet.fail(skip_reason::not_ip, known_kind::no_packet); return;
    }
    if (!packet.bytes.empty() && packet.byte(0) == is_exception && !packet.drop(number_bytes + 1)) {
        return;  // another type, and the real flag, follow
    }
    const network_packet numbered = packet;
    if (!packet.drop(number_bytes)) {
        return;
    }
    if (numbered.byte(0) != 0) {
        packet.fail(skip_reason::unreadable, known_kind::arcnet_fragment);
        return;
    }
    packet.becomes_ip(4);
}

/// OpenBSD's enc: an address family, then what IPsec has taken off.
void open_ipsec_interface(network_packet& packet) noexcept {
    const network_packet header = packet;
    if (packet.drop(12)) {
        open_family(packet, family_of(header.number<std::uint32_t>(0)));
    }
}

void open_pf_log(network_packet& packet) noexcept {
    if (packet.bytes.empty()) {
        packet.fail(skip_reason::cut_link_header);
        return;
    }
    open_after(packet, (packet.byte(0) + std::size_t{3}) / 4 * 4, header_kind::any_ip);
}

/// PPI: a header whose length and inner link type are little-endian.
void open_per_packet_information(network_packet& packet) noexcept {
    const network_packet header = packet;
    if (packet.bytes.size() < 8) {
        packet.fail(skip_reason::cut_link_header);
        return;
    }
    const std::size_t header_bytes = number_at<std::uint16_t>(header.bytes, 2, byte_order::little);
    if (header_bytes < 8) {
        packet.fail(skip_reason::bad_tunnel_header);
        return;
    }
    if (packet.drop(header_bytes)) {
        open_as(packet, little_number(header, 4));
    }
}

/// macOS's pktap: a header whose length and inner link type are little-endian.
void open_pktap(network_packet& packet) noexcept {
    const network_packet header = packet;
    if (packet.bytes.size() < 12) {
        packet.fail(skip_reason::cut_link_header);
        return;
    }
    const std::size_t header_bytes = little_number(header, 0);
    if (header_bytes < 12) {
        packet.fail(skip_reason::bad_tunnel_header);
        return;
    }
    if (packet.drop(header_bytes)) {
        open_as(packet, little_number(header, 8));
    }
}

/// Linux's netfilter log: values with their lengths and types, both in the byte order of the machine that captured. One
/// of them is the packet.
void open_nflog(network_packet& packet) noexcept {
    constexpr std::uint16_t packet_type = 9;
    constexpr std::uint16_t type_mask = 0x7FFF;
    constexpr std::size_t value_header_bytes = 4;
    packet.note(encapsulation::nflog);
    if (!packet.drop(4)) {
        return;
    }
    while (packet.bytes.size() >= value_header_bytes) {
        const auto little_type = number_at<std::uint16_t>(packet.bytes, 2, byte_order::little);
        const byte_order order = (little_type & type_mask) > 0xFF ? byte_order::big : byte_order::little;
        const std::size_t length = number_at<std::uint16_t>(packet.bytes, 0, order);
        const unsigned type = number_at<std::uint16_t>(packet.bytes, 2, order) & type_mask;
        if (length < value_header_bytes) {
            packet.fail(skip_reason::bad_tunnel_header);
            return;
        }
        if (type == packet_type) {
            packet.drop(value_header_bytes);
            packet.limit(length - value_header_bytes);
            packet.becomes(header_kind::any_ip);
            return;
        }
        if (!packet.drop((length + 3) / 4 * 4)) {
            return;
        }
    }
    const bool is_cut = packet.original_bytes > packet.bytes.size();
    packet.fail(is_cut ? skip_reason::cut_link_header : skip_reason::not_ip, known_kind::no_packet);
}

}  // namespace chatos::dump
