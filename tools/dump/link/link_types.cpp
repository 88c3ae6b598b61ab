#include "dump/link/link_types.hpp"

#include <algorithm>
#include <charconv>

namespace chatos::dump {

namespace {

constexpr link_type_row rows[]{
    {0, "null", 0, header_kind::loopback},
    {1, "ethernet", 0, header_kind::ethernet},
    {6, "token-ring", 0, header_kind::token_ring},
    {7, "arcnet", 2, header_kind::arcnet},
    {8, "slip", 16, header_kind::any_ip},
    {9, "ppp", 0, header_kind::hdlc},
    {10, "fddi", 13, header_kind::llc},
    {12, "raw-12", 0, header_kind::any_ip},
    {14, "raw-14", 0, header_kind::any_ip},
    {50, "ppp-serial", 0, header_kind::hdlc},
    {51, "pppoe", 0, header_kind::pppoe},
    {100, "atm-llc", 0, header_kind::llc},
    {101, "raw", 0, header_kind::any_ip},
    {104, "hdlc", 0, header_kind::hdlc},
    {105, "802.11", 0, header_kind::ieee80211},
    {106, "ip-over-atm", 0, header_kind::llc},
    {107, "frame-relay", 0, header_kind::frame_relay},
    {108, "loop", 0, header_kind::loopback},
    {109, "enc", 0, header_kind::ipsec_interface},
    {113, "sll", 0, header_kind::cooked},
    {117, "pflog", 0, header_kind::pf_log},
    {119, "prism", 0, header_kind::prism},
    {122, "ip-over-fc", 16, header_kind::llc},
    {123, "sunatm", 4, header_kind::llc},
    {127, "radiotap", 0, header_kind::radiotap},
    {129, "arcnet-linux", 4, header_kind::arcnet},
    {138, "ip-over-1394", 16, header_kind::type_field},
    {163, "avs", 0, header_kind::avs},
    {166, "ppp-pppd", 0, header_kind::ppp},
    {192, "ppi", 0, header_kind::per_packet_information},
    {204, "ppp-with-direction", 1, header_kind::ppp},
    {205, "hdlc-with-direction", 1, header_kind::hdlc},
    {226, "ipnet", 24, header_kind::any_ip},
    {228, "ipv4", 0, header_kind::ip, 4},
    {229, "ipv6", 0, header_kind::ip, 6},
    {239, "nflog", 0, header_kind::nflog},
    {242, "ip-over-infiniband", 40, header_kind::padded_type_field},
    {258, "pktap", 0, header_kind::pktap},
    {276, "sll2", 0, header_kind::cooked_2},
    {281, "brcm-tag", 16, header_kind::type_field},
    {282, "brcm-tag-prepended", 4, header_kind::ethernet},
    {284, "dsa", 16, header_kind::type_field},
    {285, "edsa", 20, header_kind::type_field},
};

static_assert(std::ranges::is_sorted(rows, {}, &link_type_row::number));

std::optional<std::uint16_t> number_of(std::string_view text) noexcept {
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional{number} : std::nullopt;
}

}  // namespace

std::span<const link_type_row> link_types() noexcept {
    return rows;
}

std::string link_type_names() {
    std::string names;
    for (const link_type_row& row : rows) {
        names += (names.empty() ? "" : ", ") + std::string{row.name};
    }
    return names;
}

const link_type_row* find_link_type(std::uint16_t number) noexcept {
    const auto* const position = std::ranges::lower_bound(rows, number, {}, &link_type_row::number);
    return position != std::end(rows) && position->number == number ? position : nullptr;
}

void begin_frame(network_packet& packet, const link_type_row& type) noexcept {
    if (packet.drop(type.prefix_bytes)) {
        packet.next = type.first;
        packet.ip_version = type.ip_version;
    }
}

std::string link_type_map::add(std::string_view assignment) {
    const std::size_t sign = assignment.find('=');
    const std::optional<std::uint16_t> from = number_of(assignment.substr(0, sign));
    if (sign == std::string_view::npos || !from) {
        return "expected N=TYPE, the number of a link type and what its frames are, such as 147=ethernet";
    }
    const std::string_view wanted = assignment.substr(sign + 1);
    const auto* const row = std::ranges::find_if(rows, [&](const link_type_row& candidate) {
        return candidate.name == wanted || number_of(wanted) == candidate.number;
    });
    if (row == std::end(rows)) {
        return "expected one of these after the '=': " + link_type_names();
    }
    if (std::ranges::find(assignments_, *from, &std::pair<std::uint16_t, std::uint16_t>::first) != assignments_.end()) {
        return "link type " + std::to_string(*from) + " is given twice";
    }
    assignments_.emplace_back(*from, row->number);
    return {};
}

}  // namespace chatos::dump
