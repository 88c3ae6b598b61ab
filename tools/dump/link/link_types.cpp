#include "dump/link/link_types.hpp"

#include <algorithm>
#include <charconv>

namespace chatos::dump {

namespace {

constexpr link_type_row rows[]{
    {0, "null", header_kind::loopback},
    {1, "ethernet", header_kind::ethernet},
    {6, "token-ring", header_kind::token_ring},
    {9, "ppp", header_kind::hdlc},
    {10, "fddi", header_kind::fddi},
    {12, "raw-12", header_kind::any_ip},
    {14, "raw-14", header_kind::any_ip},
    {50, "ppp-serial", header_kind::hdlc},
    {51, "pppoe", header_kind::pppoe},
    {100, "atm-llc", header_kind::llc},
    {101, "raw", header_kind::any_ip},
    {104, "hdlc", header_kind::hdlc},
    {105, "802.11", header_kind::ieee80211},
    {106, "ip-over-atm", header_kind::llc},
    {107, "frame-relay", header_kind::frame_relay},
    {108, "loop", header_kind::loopback},
    {109, "enc", header_kind::ipsec_interface},
    {113, "sll", header_kind::cooked},
    {117, "pflog", header_kind::pf_log},
    {119, "prism", header_kind::prism},
    {122, "ip-over-fc", header_kind::ip_over_fibre_channel},
    {123, "sunatm", header_kind::sun_atm},
    {127, "radiotap", header_kind::radiotap},
    {138, "ip-over-1394", header_kind::ip_over_1394},
    {163, "avs", header_kind::avs},
    {166, "ppp-pppd", header_kind::ppp},
    {192, "ppi", header_kind::per_packet_information},
    {204, "ppp-with-direction", header_kind::ppp_with_direction},
    {205, "hdlc-with-direction", header_kind::hdlc_with_direction},
    {228, "ipv4", header_kind::ip, 4},
    {229, "ipv6", header_kind::ip, 6},
    {239, "nflog", header_kind::nflog},
    {258, "pktap", header_kind::pktap},
    {276, "sll2", header_kind::cooked_2},
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
