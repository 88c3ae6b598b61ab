#include "dump/link/ip_layer.hpp"

#include "dump/capture/wire_numbers.hpp"

#include <algorithm>
#include <cstring>

namespace chatos::dump {

namespace {

constexpr std::size_t ipv4_header_bytes_min = 20;
constexpr std::size_t ipv6_header_bytes = 40;
/// More extension headers than any real packet has.
constexpr int extension_headers_max = 16;

enum ipv6_header : std::uint8_t {
    hop_by_hop = 0,
    routing = 43,
    fragment_header = 44,
    authentication = 51,
    destination_options = 60,
    mobility = 135,
    host_identity = 139,
    shim6 = 140,
};

ip_payload skipped(skip_reason reason) noexcept {
    return {.reason = reason};
}

/// Written all at once, because all of it is read at once soon after, and a processor waits for several writes.
void copy_ipv4_address(ip_address& address, std::span<const std::byte, 4> bytes) noexcept {
    using words = std::uint32_t __attribute__((vector_size(16)));
    std::uint32_t number = 0;
    std::memcpy(&number, bytes.data(), bytes.size());
    const words whole{number, 0, 0, 0};
    std::memcpy(address.bytes.data(), &whole, sizeof whole);
}

void copy_ipv6_address(ip_address& address, std::span<const std::byte, 16> bytes) noexcept {
    std::memcpy(address.bytes.data(), bytes.data(), bytes.size());
}

/// A packet that is sent by way of others has the next of them as its destination, and carries the last one in an
/// option (RFC 791). That is who the connection is with, and whom TCP's checksum is about.
void take_last_hop(ip_payload& payload, std::span<const std::byte> options) noexcept {
    constexpr std::uint8_t loose_route = 131;
    constexpr std::uint8_t strict_route = 137;
    while (!options.empty() && byte_at(options, 0) != 0) {
        const std::uint8_t kind = byte_at(options, 0);
        const std::size_t bytes = kind == 1 ? 1 : options.size() < 2 ? 0 : byte_at(options, 1);
        if (bytes == 0 || bytes > options.size()) {
            return;
        }
        const bool is_route = (kind == loose_route || kind == strict_route) && bytes >= 7 && bytes % 4 == 3;
        if (is_route && byte_at(options, 2) < bytes) {  // the place of the next hop: some are left
            copy_ipv4_address(payload.destination, options.subspan(bytes - 4).first<4>());
            return;
        }
        options = options.subspan(bytes);
    }
}

/// The same of a routing header: the first kind (RFC 2460), that of mobile nodes (RFC 6275), segment routing (RFC
/// 8754).
void take_last_segment(ip_payload& payload, std::span<const std::byte> header) noexcept {
    enum kind : std::uint8_t { source_route = 0, home_address = 2, segment_routing = 4 };
    constexpr std::size_t list_at = 8;
    const std::size_t segments = (header.size() - list_at) / sizeof(ip_address);
    if (segments == 0 || byte_at(header, 3) == 0) {
        return;
    }
    switch (byte_at(header, 2)) {
    case source_route:
        copy_ipv6_address(payload.destination,
                          header.subspan(list_at + (segments - 1) * sizeof(ip_address)).first<sizeof(ip_address)>());
        break;
    case home_address:
    case segment_routing:  // the last one comes first
        copy_ipv6_address(payload.destination, header.subspan<list_at, sizeof(ip_address)>());
        break;
    default: break;
    }
}

/// Sets what follows a header of `header_bytes`, given that header and payload announce `total_bytes` together, or 0.
/// Padding after that is dropped. What the header announces beyond the frame is missing as if the snap length had cut
/// it off: programs that cut frames often set the frame's length to what they left.
void set_payload(ip_payload& payload, const network_packet& packet, std::size_t header_bytes,
                 std::size_t total_bytes) noexcept {
    const std::size_t announced = total_bytes == 0 ? packet.original_bytes : total_bytes;
    payload.bytes = packet.bytes.subspan(header_bytes);
    payload.original_bytes = static_cast<std::uint32_t>(announced - header_bytes);
    payload.bytes = payload.bytes.first(std::min<std::size_t>(payload.bytes.size(), payload.original_bytes));
}

/// RFC 4302: what it authenticates is readable.
void drop_authentication(ip_payload& payload) noexcept {
    const std::span<const std::byte> header = payload.bytes;
    const std::size_t bytes = header.size() < 2 ? 12 : (byte_at(header, 1) + std::size_t{2}) * 4;
    if (bytes > payload.original_bytes || header.size() < bytes) {
        payload = skipped(bytes > payload.original_bytes ? skip_reason::bad_ip_header : skip_reason::cut_ip_header);
        return;
    }
    payload.protocol = byte_at(header, 0);
    payload.bytes = header.subspan(bytes);
    payload.original_bytes -= static_cast<std::uint32_t>(bytes);
}

ip_payload open_ipv4(const network_packet& packet, bool verify_checksums) noexcept {
    const std::span<const std::byte> bytes = packet.bytes;
    const std::size_t header_bytes = (byte_at(bytes, 0) & 0x0FU) * std::size_t{4};
    if (header_bytes < ipv4_header_bytes_min) {
        return skipped(skip_reason::bad_ip_header);
    }
    if (bytes.size() < header_bytes) {
        return skipped(skip_reason::cut_ip_header);
    }
    const std::size_t total_bytes = network_number_at<std::uint16_t>(bytes, 2);
    if (total_bytes != 0 && total_bytes < header_bytes) {
        return skipped(skip_reason::bad_ip_header);
    }
    if (verify_checksums && !is_right_checksum(ones_complement_sum(bytes.first(header_bytes), 0))) {
        return skipped(skip_reason::bad_checksum);
    }
    ip_payload payload{.ip_version = 4, .protocol = byte_at(bytes, 9), .vlan = packet.vlan};
    copy_ipv4_address(payload.source, bytes.subspan<12, 4>());
    copy_ipv4_address(payload.destination, bytes.subspan<16, 4>());
    if (header_bytes != ipv4_header_bytes_min) {
        take_last_hop(payload, bytes.first(header_bytes).subspan(ipv4_header_bytes_min));
    }
    const auto fragment = network_number_at<std::uint16_t>(bytes, 6);
    payload.fragment = {.identification = network_number_at<std::uint16_t>(bytes, 4),
                        .offset_bytes = (fragment & 0x1FFFU) * 8U,
                        .has_more = (fragment & 0x2000U) != 0};
    set_payload(payload, packet, header_bytes, total_bytes);
    if (payload.protocol == authentication && payload.fragment.is_whole()) {
        drop_authentication(payload);
    }
    return payload;
}

/// Bytes of an extension header that starts here, or 0 for what is no extension header.
std::size_t extension_bytes(std::uint8_t type, std::uint8_t length) noexcept {
    switch (type) {
    case hop_by_hop:
    case routing:
    case destination_options:
    case mobility:
    case host_identity:
    case shim6: return (length + std::size_t{1}) * 8;
    case authentication: return (length + std::size_t{2}) * 4;
    case fragment_header: return 8;
    default: return 0;
    }
}

ip_payload open_ipv6(const network_packet& packet) noexcept {
    const std::span<const std::byte> bytes = packet.bytes;
    if (bytes.size() < ipv6_header_bytes) {
        return skipped(skip_reason::cut_ip_header);
    }
    const std::size_t payload_bytes = network_number_at<std::uint16_t>(bytes, 4);
    ip_payload payload{.ip_version = 6, .protocol = byte_at(bytes, 6), .vlan = packet.vlan};
    copy_ipv6_address(payload.source, bytes.subspan<8, 16>());
    copy_ipv6_address(payload.destination, bytes.subspan<24, 16>());
    set_payload(payload, packet, ipv6_header_bytes, payload_bytes == 0 ? 0 : ipv6_header_bytes + payload_bytes);
    if (payload.reason == skip_reason::none) {
        drop_extension_headers(payload);
    }
    return payload;
}

}  // namespace

bool is_extension_header(std::uint8_t protocol) noexcept {
    return extension_bytes(protocol, 0) != 0;
}

void drop_extension_headers(ip_payload& payload) noexcept {
    for (int count = 0; is_extension_header(payload.protocol); ++count) {
        const std::span<const std::byte> header = payload.bytes;
        const bool is_cut = payload.original_bytes > header.size();
        const std::size_t bytes = header.size() < 2 ? 8 : extension_bytes(payload.protocol, byte_at(header, 1));
        if (count == extension_headers_max || bytes > payload.original_bytes) {
            payload = skipped(skip_reason::bad_ip_header);
            return;
        }
        if (header.size() < bytes) {
            payload = skipped(is_cut ? skip_reason::cut_ip_header : skip_reason::bad_ip_header);
            return;
        }
        if (payload.protocol == routing) {
            take_last_segment(payload, header.first(bytes));
        }
        const bool is_fragment = payload.protocol == fragment_header;
        payload.protocol = byte_at(header, 0);
        payload.bytes = header.subspan(bytes);
        payload.original_bytes -= static_cast<std::uint32_t>(bytes);
        if (is_fragment) {
            const auto place = network_number_at<std::uint16_t>(header, 2);
            payload.fragment = {.identification = network_number_at<std::uint32_t>(header, 4),
                                .offset_bytes = place & 0xFFF8U,
                                .has_more = (place & 1U) != 0};
            if (!payload.fragment.is_whole()) {
                return;
            }
        }
    }
}

ip_payload parse_ip_packet(const network_packet& packet, bool verify_checksums) noexcept {
    if (packet.bytes.size() < ipv4_header_bytes_min) {
        return skipped(skip_reason::cut_ip_header);
    }
    if (byte_at(packet.bytes, 0) >> 4U != packet.ip_version) {
        return skipped(skip_reason::bad_ip_header);
    }
    return packet.ip_version == 4 ? open_ipv4(packet, verify_checksums) : open_ipv6(packet);
}

std::uint32_t ones_complement_sum(std::span<const std::byte> bytes, std::uint32_t sum) noexcept {
    std::uint64_t wide = sum;
    std::size_t at = 0;
    for (; at + 1 < bytes.size(); at += 2) {
        wide += network_number_at<std::uint16_t>(bytes, at);
    }
    if (at < bytes.size()) {
        wide += std::uint32_t{byte_at(bytes, at)} << 8U;
    }
    while (wide > 0xFFFF) {
        wide = (wide & 0xFFFFU) + (wide >> 16U);
    }
    return static_cast<std::uint32_t>(wide);
}

bool is_right_checksum(std::uint32_t sum) noexcept {
    return sum == 0xFFFF;
}

}  // namespace chatos::dump
