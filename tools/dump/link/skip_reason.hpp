// Why a frame is not a TCP segment of a followed stream. Every frame that is not decoded has exactly one of these.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace chatos::dump {

enum class skip_reason : std::uint8_t {
    none,
    unknown_link_type,     ///< an unsupported link type
    cut_link_header,       ///< the frame ends inside its link header
    too_many_vlan_tags,    ///< more than five tags
    not_ip,                ///< ARP, LLDP, ...
    unreadable,            ///< encrypted, compressed, damaged, or a fragment below IP
    cut_tunnel_header,     ///< the frame ends inside the header of a tunnel
    bad_tunnel_header,     ///< an impossible version or length
    too_many_headers,      ///< nested deeper than is read
    cut_ip_header,         ///< the frame ends inside an IP header or an extension header
    bad_ip_header,         ///< an impossible version or header length
    not_tcp,               ///< UDP, ICMP, ...
    fragment,              ///< part of a datagram that another frame completed
    incomplete_fragment,   ///< part of a datagram that was never completed
    overlapping_fragment,  ///< part of a datagram with two contradicting fragments
    cut_fragment,          ///< part of a datagram of which a fragment was cut by the snap length
    bad_fragment,          ///< a fragment that reaches beyond the largest datagram, or has no possible size
    cut_tcp_header,        ///< the frame ends inside its TCP header
    bad_tcp_header,        ///< an impossible header length
    bad_checksum,          ///< only where checksums are verified
    other_port,            ///< TCP between other ports
    filtered,              ///< rejected by -f
};

inline constexpr std::size_t skip_reason_count = static_cast<std::size_t>(skip_reason::filtered) + 1;

/// The reason's name in the summary.
[[nodiscard]] constexpr std::string_view skip_reason_name(skip_reason reason) noexcept {
    constexpr std::array<std::string_view, skip_reason_count> names{
        "none",          "unknown_link_type", "cut_link_header",   "too_many_vlan_tags",  "not_ip",
        "unreadable",    "cut_tunnel_header", "bad_tunnel_header", "too_many_headers",    "cut_ip_header",
        "bad_ip_header", "not_tcp",           "fragment",          "incomplete_fragment", "overlapping_fragment",
        "cut_fragment",  "bad_fragment",      "cut_tcp_header",    "bad_tcp_header",      "bad_checksum",
        "other_port",    "filtered"};
    return names[static_cast<std::size_t>(reason)];
}

/// Frames by reason.
using skip_counts = std::array<std::uint64_t, skip_reason_count>;

}  // namespace chatos::dump
