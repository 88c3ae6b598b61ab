#include "dump/link/link_layer.hpp"

#include "dump/capture/wire_numbers.hpp"

namespace chatos::dump {

namespace {

enum link_type : std::uint16_t {
    link_null = 0,
    link_ethernet = 1,
    link_raw_by_platform = 12,
    link_raw_openbsd = 14,
    link_raw = 101,
    link_loop = 108,
    link_sll = 113,
    link_ipv4 = 228,
    link_ipv6 = 229,
    link_sll2 = 276,
};

constexpr std::uint16_t ether_ipv4 = 0x0800;
constexpr std::uint16_t ether_ipv6 = 0x86DD;
constexpr int vlan_tags_max = 5;

constexpr bool is_vlan_tag(std::uint16_t ether_type) noexcept {
    return ether_type == 0x8100 || ether_type == 0x88A8 || ether_type == 0x9100 || ether_type == 0x9200;
}

network_packet skipped_frame(skip_reason reason) noexcept {
    return {.reason = reason};
}

/// Drops a header of `bytes` from the packet; false, and the packet says so, if it is not all there.
bool drop_header(network_packet& packet, std::size_t bytes) noexcept {
    if (packet.bytes.size() < bytes) {
        packet = skipped_frame(skip_reason::cut_link_header);
        return false;
    }
    packet.bytes = packet.bytes.subspan(bytes);
    packet.original_bytes -= static_cast<std::uint32_t>(bytes);
    return true;
}

/// The packet after a header that ended with this Ethernet type.
network_packet open_ether_type(network_packet packet, std::uint16_t ether_type) noexcept {
    constexpr std::uint16_t length_max = 1500;
    constexpr std::size_t snap_bytes = 8;
    if (ether_type <= length_max) {  // a length: IEEE 802.3, of which the SNAP form can carry IP
        const std::span<const std::byte> header = packet.bytes;
        if (header.size() < snap_bytes || network_number_at<std::uint32_t>(header, 0) != 0xAAAA'0300 ||
            network_number_at<std::uint16_t>(header, 4) != 0) {
            return skipped_frame(skip_reason::not_ip);
        }
        ether_type = network_number_at<std::uint16_t>(header, 6);
        drop_header(packet, snap_bytes);
    }
    for (int tags = 0; is_vlan_tag(ether_type); ++tags) {
        if (tags == vlan_tags_max) {
            return skipped_frame(skip_reason::too_many_vlan_tags);
        }
        const std::span<const std::byte> tag = packet.bytes;
        if (!drop_header(packet, 4)) {
            return packet;
        }
        const std::uint64_t identifier = network_number_at<std::uint16_t>(tag, 0) & 0x0FFFU;
        if (identifier != 0) {
            packet.vlan = packet.vlan << 12U | identifier;
        }
        ether_type = network_number_at<std::uint16_t>(tag, 2);
    }
    packet.ip_version = ether_type == ether_ipv4 ? 4 : ether_type == ether_ipv6 ? 6 : 0;
    return packet.ip_version != 0 ? packet : skipped_frame(skip_reason::not_ip);
}

/// NULL and LOOP: an address family in four bytes. NULL has the byte order of the machine that captured.
network_packet open_loopback(network_packet packet) noexcept {
    const std::span<const std::byte> header = packet.bytes;
    if (!drop_header(packet, 4)) {
        return packet;
    }
    const auto big = network_number_at<std::uint32_t>(header, 0);
    const std::uint32_t family = big > 0xFFFF ? swapped(big) : big;
    switch (family) {
    case 2: packet.ip_version = 4; return packet;
    case 10:                                        // Linux
    case 23:                                        // Windows
    case 24:                                        // NetBSD, OpenBSD
    case 28:                                        // FreeBSD
    case 30: packet.ip_version = 6; return packet;  // macOS
    default: return skipped_frame(skip_reason::not_ip);
    }
}

network_packet open_raw(network_packet packet) noexcept {
    if (packet.bytes.empty()) {
        return skipped_frame(skip_reason::cut_ip_header);
    }
    const unsigned version = byte_at(packet.bytes, 0) >> 4U;
    if (version != 4 && version != 6) {
        return skipped_frame(skip_reason::not_ip);
    }
    packet.ip_version = static_cast<std::uint8_t>(version);
    return packet;
}

/// A header of `bytes` with the Ethernet type at `position`.
network_packet open_cooked(network_packet packet, std::size_t bytes, std::size_t position) noexcept {
    const std::span<const std::byte> header = packet.bytes;
    if (!drop_header(packet, bytes)) {
        return packet;
    }
    return open_ether_type(packet, network_number_at<std::uint16_t>(header, position));
}

}  // namespace

network_packet parse_link_frame(const captured_frame& frame) noexcept {
    network_packet packet{.bytes = frame.bytes, .original_bytes = frame.original_bytes};
    switch (frame.link_type) {
    case link_ethernet: return open_cooked(packet, 14, 12);
    case link_sll: return open_cooked(packet, 16, 14);
    case link_sll2: return open_cooked(packet, 20, 0);
    case link_null:
    case link_loop: return open_loopback(packet);
    case link_raw_by_platform:
    case link_raw_openbsd:
    case link_raw: return open_raw(packet);
    case link_ipv4: packet.ip_version = 4; return packet;
    case link_ipv6: packet.ip_version = 6; return packet;
    default: return skipped_frame(skip_reason::unknown_link_type);
    }
}

}  // namespace chatos::dump
