// A packet on the way from its frame to its IP header: what is left of it after the headers that were taken off, and
// what those said.
#pragma once

#include "dump/capture/wire_numbers.hpp"
#include "dump/link/encapsulation.hpp"
#include "dump/link/frame_kind.hpp"
#include "dump/link/skip_reason.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::dump {

/// What a packet begins with. Each but the last two has an opener in link_layer.cpp's table.
enum class header_kind : std::uint8_t {
    ethernet,
    ether_type,         ///< what network_packet::ether_type says
    type_field,         ///< an Ethernet type alone
    padded_type_field,  ///< an Ethernet type and two bytes of padding
    llc,
    loopback,
    any_ip,  ///< the first four bits say which version
    mpls,
    pppoe,
    ppp,
    hdlc,
    frame_relay,
    nsh,
    cooked,
    cooked_2,
    token_ring,
    arcnet,
    ipsec_interface,
    pf_log,
    ieee80211,
    radiotap,
    prism,
    avs,
    per_packet_information,
    pktap,
    nflog,
    aggregate,  ///< subframes of an A-MSDU
    ip,         ///< of the version that network_packet::ip_version says
};

/// More headers than any real frame has, tunnels and what is in them included.
inline constexpr std::uint8_t headers_max = 32;

/// `bytes` may be shorter than `original_bytes` (the snap length) and both may hold padding.
struct network_packet {
    skip_reason reason{skip_reason::none};  ///< not none: there is no IP packet
    std::uint8_t ip_version{0};             ///< 4 or 6, as the header before says, or the first byte where none does
    header_kind next{header_kind::ip};
    std::uint8_t headers{0};  ///< how many were taken off
    std::uint16_t ether_type{0};
    frame_kind kind{};  ///< with a reason: what the frame is, where that is known
    std::span<const std::byte> bytes{};
    std::uint32_t original_bytes{0};
    /// The identifiers of all VLAN tags and tunnels as one number, so that equal addresses and ports in different
    /// networks stay apart; 0: none. A tag with identifier 0 carries a priority only, and does not count.
    std::uint64_t vlan{0};
    encapsulation_set encapsulations{0};

    void fail(skip_reason why, frame_kind frame_is = {}) noexcept {
        reason = why;
        kind = frame_is;
    }
    void note(encapsulation header) noexcept { encapsulations |= bit_of(header); }
    /// Takes a header of `count` bytes off; fails and returns false if it is not all there.
    bool drop(std::size_t count, skip_reason if_cut = skip_reason::cut_link_header) noexcept {
        if (bytes.size() < count) {
            fail(if_cut);
            return false;
        }
        bytes = bytes.subspan(count);
        original_bytes -= static_cast<std::uint32_t>(count);
        return true;
    }
    /// What is left has no more than `count` bytes, padding follows.
    void limit(std::size_t count) noexcept {
        if (count < original_bytes) {
            original_bytes = static_cast<std::uint32_t>(count);
            bytes = bytes.first(bytes.size() < count ? bytes.size() : count);
        }
    }
    void becomes(header_kind following) noexcept { next = following; }
    void becomes_ether_type(std::uint16_t type) noexcept {
        next = header_kind::ether_type;
        ether_type = type;
    }
    void becomes_ip(std::uint8_t version) noexcept {
        next = header_kind::ip;
        ip_version = version;
    }
    /// Only packets with the same identifier are in the same network.
    void enter_network(std::uint64_t identifier) noexcept {
        vlan = (vlan ^ identifier) * 0x9E37'79B9'7F4A'7C15ULL;
        vlan ^= vlan >> 32U;
    }
    [[nodiscard]] std::uint8_t byte(std::size_t at) const noexcept { return byte_at(bytes, at); }
    template <typename Number>
    [[nodiscard]] Number number(std::size_t at) const noexcept {
        return network_number_at<Number>(bytes, at);
    }
};

}  // namespace chatos::dump
