// The openers: each takes the header at the front of a packet off and says what follows, or fails. Internal to link/.
#pragma once

#include "dump/link/network_packet.hpp"

namespace chatos::dump {

// link_headers.cpp: what frames of the various link types begin with
void open_loopback(network_packet& packet) noexcept;
void open_any_ip(network_packet& packet) noexcept;
void open_cooked(network_packet& packet) noexcept;
void open_cooked_2(network_packet& packet) noexcept;
void open_token_ring(network_packet& packet) noexcept;
void open_arcnet(network_packet& packet) noexcept;
void open_ipsec_interface(network_packet& packet) noexcept;
void open_pf_log(network_packet& packet) noexcept;
void open_per_packet_information(network_packet& packet) noexcept;
void open_pktap(network_packet& packet) noexcept;
void open_nflog(network_packet& packet) noexcept;

// ether_types.cpp: Ethernet, LLC, and everything that an Ethernet type can announce
void open_ethernet(network_packet& packet) noexcept;
void open_ether_type(network_packet& packet) noexcept;
void open_type_field(network_packet& packet) noexcept;
void open_padded_type_field(network_packet& packet) noexcept;
void open_llc(network_packet& packet) noexcept;
/// IEEE 802.1Q and 802.1ad, and the types that came before the latter.
[[nodiscard]] constexpr bool is_vlan_tag(std::uint16_t ether_type) noexcept {
    return ether_type == 0x8100 || ether_type == 0x88A8 || ether_type == 0x9100 || ether_type == 0x9200;
}
void open_nsh(network_packet& packet) noexcept;
/// Goes on with what the next protocol of NSH and VXLAN-GPE announces, which share their numbers.
void becomes_next_protocol(network_packet& packet, std::uint8_t protocol) noexcept;

// serial_headers.cpp: MPLS, PPPoE, PPP, HDLC, Frame Relay
void open_mpls(network_packet& packet) noexcept;
void open_pppoe(network_packet& packet) noexcept;
void open_ppp(network_packet& packet) noexcept;
void open_hdlc(network_packet& packet) noexcept;
void open_frame_relay(network_packet& packet) noexcept;

// ieee80211.cpp: the radio's headers and the frames of IEEE 802.11
void open_radiotap(network_packet& packet) noexcept;
void open_prism(network_packet& packet) noexcept;
void open_avs(network_packet& packet) noexcept;
void open_ieee80211(network_packet& packet) noexcept;

/// Whether an IP header of this or any version (0) may start here, as far as it was captured.
[[nodiscard]] bool may_be_ip(const network_packet& packet, std::uint8_t version = 0) noexcept;
/// Whether an Ethernet header with a type that is read may start here.
[[nodiscard]] bool may_be_ethernet(const network_packet& packet) noexcept;

}  // namespace chatos::dump
