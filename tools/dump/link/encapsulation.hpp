// What can lie between a frame and a TCP segment besides Ethernet and IP: each has a name, under which the summary
// counts the frames that have it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace chatos::dump {

enum class encapsulation : std::uint8_t {
    vlan,
    e_tag,     ///< IEEE 802.1BR
    vn_tag,    ///< Cisco
    i_tag,     ///< IEEE 802.1ah, MAC in MAC
    r_tag,     ///< IEEE 802.1CB
    metadata,  ///< Cisco TrustSec
    trill,
    fabric_path,
    nsh,
    mpls,
    pppoe,
    ppp,
    hdlc,
    frame_relay,
    ieee80211,
    aggregate,  ///< A-MSDU: several packets in one frame of IEEE 802.11
    nflog,
    ipip,
    ip6_in_4,
    ip4_in_6,
    ip6_in_6,
    gre,
    gretap,
    nvgre,
    pptp,
    erspan_i,
    erspan_ii,
    erspan_iii,
    etherip,
    vxlan,
    vxlan_gpe,
    geneve,
    l2tp,
    gtp_u,
    teredo,
};

inline constexpr std::size_t encapsulation_count = static_cast<std::size_t>(encapsulation::teredo) + 1;

/// The name in the summary.
[[nodiscard]] constexpr std::string_view encapsulation_name(encapsulation kind) noexcept {
    constexpr std::array<std::string_view, encapsulation_count> names{
        "vlan",       "e_tag",   "vn_tag", "i_tag",     "r_tag",       "metadata", "trill",  "fabric_path", "nsh",
        "mpls",       "pppoe",   "ppp",    "hdlc",      "frame_relay", "802.11",   "a_msdu", "nflog",       "ipip",
        "6in4",       "4in6",    "6in6",   "gre",       "gretap",      "nvgre",    "pptp",   "erspan_i",    "erspan_ii",
        "erspan_iii", "etherip", "vxlan",  "vxlan_gpe", "geneve",      "l2tp",     "gtp_u",  "teredo"};
    return names[static_cast<std::size_t>(kind)];
}

/// A bit for each encapsulation.
using encapsulation_set = std::uint64_t;
static_assert(encapsulation_count <= 64);

[[nodiscard]] constexpr encapsulation_set bit_of(encapsulation kind) noexcept {
    return encapsulation_set{1} << static_cast<unsigned>(kind);
}

/// Frames by encapsulation: a frame counts once for each that it has.
using encapsulation_counts = std::array<std::uint64_t, encapsulation_count>;

}  // namespace chatos::dump
