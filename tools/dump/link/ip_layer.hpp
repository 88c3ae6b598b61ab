// From a network packet to what its IP header says: addresses, the payload's place, and whether it is a fragment.
#pragma once

#include "dump/capture/wire_numbers.hpp"
#include "dump/link/network_packet.hpp"
#include "dump/link/skip_reason.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::dump {

/// IPv4 addresses fill the first four bytes.
struct ip_address {
    std::array<std::uint8_t, 16> bytes{};

    friend bool operator==(const ip_address& left, const ip_address& right) noexcept {
        return left.half(0) == right.half(0) && left.half(8) == right.half(8);
    }
    /// The order of the bytes, as numbers in network order have it.
    friend std::strong_ordering operator<=>(const ip_address& left, const ip_address& right) noexcept {
        const std::strong_ordering first = left.half(0) <=> right.half(0);
        return first != 0 ? first : left.half(8) <=> right.half(8);
    }
    /// Eight bytes as a number.
    [[nodiscard]] std::uint64_t half(std::size_t at) const noexcept {
        return network_number_at<std::uint64_t>(std::as_bytes(std::span{bytes}), at);
    }
};

struct ip_fragment {
    std::uint32_t identification{0};
    std::uint32_t offset_bytes{0};
    bool has_more{false};

    [[nodiscard]] bool is_whole() const noexcept { return offset_bytes == 0 && !has_more; }
};

/// The payload of an IP packet, without padding.
struct ip_payload {
    skip_reason reason{skip_reason::none};  ///< not none: the other members are meaningless
    std::uint8_t ip_version{4};
    std::uint8_t protocol{0};
    ip_address source{};
    ip_address destination{};  ///< the last one, where the packet is sent by way of others
    ip_fragment fragment{};
    std::span<const std::byte> bytes{};  ///< what was captured of it
    std::uint32_t original_bytes{0};     ///< what there was by the header; never below bytes.size()
    std::uint64_t vlan{0};               ///< as in network_packet
};

inline constexpr std::uint8_t protocol_tcp = 6;
inline constexpr std::uint8_t protocol_udp = 17;

/// Reads the IPv4 header, or the IPv6 header and its extension headers. A length of 0, as segmentation offload
/// leaves it in captures, means the rest of the frame. An authentication header after an IPv4 header is passed over.
[[nodiscard]] ip_payload parse_ip_packet(const network_packet& packet, bool verify_checksums) noexcept;

/// Walks over the IPv6 extension headers at the start of the payload, up to one that says that this is a fragment: what
/// follows in it may be the middle of anything.
void drop_extension_headers(ip_payload& payload) noexcept;
/// True for a protocol number that drop_extension_headers() walks over.
[[nodiscard]] bool is_extension_header(std::uint8_t protocol) noexcept;

/// Sum of 16-bit words in one's complement, as all checksums of this family have it, on top of `sum`.
[[nodiscard]] std::uint32_t ones_complement_sum(std::span<const std::byte> bytes, std::uint32_t sum) noexcept;
/// True for the sum of data that includes its right checksum.
[[nodiscard]] bool is_right_checksum(std::uint32_t sum) noexcept;

}  // namespace chatos::dump
