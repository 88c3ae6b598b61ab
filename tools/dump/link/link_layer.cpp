#include "dump/link/link_layer.hpp"

#include "dump/link/header_openers.hpp"

#include <array>
#include <utility>

namespace chatos::dump {

namespace {

using opener = void (*)(network_packet&) noexcept;

struct opener_row {
    header_kind kind;
    opener open;
};

constexpr opener_row rows[]{
    {header_kind::ethernet, open_ethernet},
    {header_kind::ether_type, open_ether_type},
    {header_kind::type_field, open_type_field},
    {header_kind::padded_type_field, open_padded_type_field},
    {header_kind::llc, open_llc},
    {header_kind::loopback, open_loopback},
    {header_kind::any_ip, open_any_ip},
    {header_kind::mpls, open_mpls},
    {header_kind::pppoe, open_pppoe},
    {header_kind::ppp, open_ppp},
    {header_kind::hdlc, open_hdlc},
    {header_kind::frame_relay, open_frame_relay},
    {header_kind::nsh, open_nsh},
    {header_kind::cooked, open_cooked},
    {header_kind::cooked_2, open_cooked_2},
    {header_kind::token_ring, open_token_ring},
    {header_kind::arcnet, open_arcnet},
    {header_kind::ipsec_interface, open_ipsec_interface},
    {header_kind::pf_log, open_pf_log},
    {header_kind::ieee80211, open_ieee80211},
    {header_kind::radiotap, open_radiotap},
    {header_kind::prism, open_prism},
    {header_kind::avs, open_avs},
    {header_kind::per_packet_information, open_per_packet_information},
    {header_kind::pktap, open_pktap},
    {header_kind::nflog, open_nflog},
};

constexpr std::size_t opener_count = static_cast<std::size_t>(header_kind::aggregate);

/// The openers in the order of their kinds.
constexpr std::array<opener, opener_count> openers = [] {
    std::array<opener, opener_count> table{};
    for (const opener_row& row : rows) {
        table[static_cast<std::size_t>(row.kind)] = row.open;
    }
    return table;
}();

static_assert(std::size(rows) == opener_count, "a kind has no opener");

constexpr std::uint16_t link_ethernet = 1;
constexpr std::size_t ethernet_header_bytes = 14;
constexpr std::size_t ether_type_position = 12;

}  // namespace

void open_link_headers(network_packet& packet) noexcept {
    while (packet.reason == skip_reason::none && packet.next < header_kind::aggregate) {
        if (packet.headers == headers_max) {
            packet.fail(skip_reason::too_many_headers);
            return;
        }
        ++packet.headers;
        openers[static_cast<std::size_t>(packet.next)](packet);
    }
}

network_packet parse_link_frame(const captured_frame& frame, const link_type_map& types) noexcept {
    network_packet packet{.bytes = frame.bytes, .original_bytes = frame.original_bytes};
    const std::uint16_t number = types.read_as(frame.link_type);
    // What most frames are, without the loop.
    if (number == link_ethernet && frame.bytes.size() >= ethernet_header_bytes) {
        const auto type = packet.number<std::uint16_t>(ether_type_position);
        if (type == 0x0800 || type == 0x86DD) {
            packet.drop(ethernet_header_bytes);
            packet.becomes_ip(type == 0x0800 ? 4 : 6);
            return packet;
        }
    }
    const link_type_row* const row = find_link_type(number);
    if (row == nullptr) {
        packet.fail(skip_reason::unknown_link_type, {frame_kind::registry::link_type, frame.link_type});
        return packet;
    }
    begin_frame(packet, *row);
    open_link_headers(packet);
    return packet;
}

}  // namespace chatos::dump
