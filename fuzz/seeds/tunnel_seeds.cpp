// Seeds of fuzz_link: what lies around TCP segments, and the words of a dictionary of it.
#include "capture/capture_properties.hpp"
#include "dump/testing/tunnels.hpp"
#include "seeds/seed_sets.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace chatos::fuzz {

namespace {

namespace build = dump::testing;
using build::byte_string;

/// The byte that chooses a link type.
std::uint8_t choice_of(std::uint16_t link_type) {
    std::uint8_t choice = 0;
    while (chosen_link_type(std::byte{choice}) != link_type) {
        ++choice;
    }
    return choice;
}

byte_string tunneled(std::uint8_t protocol, const byte_string& payload) {
    return build::ethernet(0x0800, build::outer(protocol, payload));
}

}  // namespace

std::vector<seed> make_tunnel_seeds() {
    using build::big;
    using build::joined;
    using build::little;
    std::vector<seed> seeds;
    const byte_string v4 = build::ipv4(build::tcp({.payload = "\x06"}), false);
    const byte_string v6 = build::ipv6(build::tcp({.payload = "\x06"}, true), false);
    const byte_string inner = build::ethernet(0x0800, v4);
    const auto add = [&seeds](std::string name, std::uint16_t link_type, const std::vector<byte_string>& frames) {
        byte_string input = big(choice_of(link_type), 1);
        for (const byte_string& frame : frames) {
            input = joined({input, big(frame.size(), 1), big(0, 1), frame});
        }
        seeds.push_back({std::move(name), std::move(input)});
    };
    add("udp_tunnels", 1, {tunneled(17, build::vxlan(42, inner)), tunneled(17, build::geneve(42, 0x6558, inner, 1))});
    add("gre", 1,
        {tunneled(47, build::gre(0xB000, 0x6558, byte_string(12), inner)),
         tunneled(47, build::gre(0, 0x86DD, {}, v6))});
    add("erspan", 1,
        {tunneled(47, build::gre(0x1000, 0x88BE, big(1, 4), joined({big(0x1001'0001, 4), big(0, 4), inner}))),
         tunneled(47, build::gre(0x1000, 0x22EB, big(1, 4),
                                 joined({big(0x2001'0001, 4), big(1, 8), byte_string(8), inner})))});
    add("ip_in_ip", 1, {tunneled(4, v4), tunneled(41, v6), build::ethernet(0x86DD, build::ipv6(v4, false, 4))});
    add("mpls", 1,
        {build::ethernet(0x8847, joined({build::label(99, false), build::label(100), v4})),
         build::ethernet(0x8847, joined({build::label(100), big(0, 4), inner}))});
    add("pppoe", 1, {build::ethernet(0x8864, build::pppoe(1, joined({big(0x21, 1), v4})))});
    add("tags", 1,
        {build::ethernet(0x8926, joined({big(0, 4), big(0x0800, 2), v4})),
         build::ethernet(0x88E7, joined({big(5, 4), inner}))});
    add("l2tp_gtp_teredo", 1,
        {tunneled(17, build::udp(1701, joined({big(0x0002, 2), big(7, 4), big(0xFF03'0021, 4), v4}))),
         tunneled(17, build::udp(2152, joined({big(0x34FF, 2), big(53, 2), big(7, 4), big(0x85, 4), big(0x0100'0000, 4),
                                               v4}))),
         tunneled(17, build::udp(3544, v6))});
    add("ppp", 9, {joined({big(0xFF03'0021, 4), v4}), joined({big(0x8F00'86DD, 4), v6})});
    add("frame_relay", 107, {joined({big(0x1841'0300'8000'0000, 8), big(0x0800, 2), v4})});
    const byte_string body = build::snap(0x0800, v4);
    add("wireless", 105,
        {build::wireless(0x0801, {}, body),
         build::wireless(0x8803, joined({byte_string(6), big(1, 2)}), joined({byte_string(6), body}))});
    const byte_string subframe =
        joined({byte_string(12), big(body.size(), 2), body, byte_string((4 - (14 + body.size()) % 4) % 4)});
    add("aggregate", 105, {build::wireless(0x8801, big(0x8000, 2), joined({subframe, subframe}))});
    add("radiotap", 127,
        {joined({big(0, 2), little(9, 2), little(2, 4), big(0x20, 1),
                 build::wireless(0x8801, big(0, 2), joined({big(0, 2), body}))})});
    add("netfilter", 239,
        {joined({big(0x0200'0001, 4), little(6, 2), little(10, 2), big(0, 4), little(4 + v4.size(), 2), little(9, 2),
                 v4})});
    const byte_string datagram = build::vxlan(42, inner);
    const auto piece = [&datagram](std::size_t from, std::size_t to, std::uint16_t place) {
        return build::ipv4(
            {datagram.begin() + static_cast<std::ptrdiff_t>(from), datagram.begin() + static_cast<std::ptrdiff_t>(to)},
            false, {.protocol = 17, .fragment = place});
    };
    add("fragmented_tunnel", 228, {piece(0, 48, 0x2000), piece(48, datagram.size(), 6)});
    return seeds;
}

std::string make_link_dictionary() {
    using build::big;
    std::string text = "# Headers of links and tunnels, written by fuzz_write_seeds.\n";
    for (const unsigned type : {0x0800U, 0x86DDU, 0x8100U, 0x88A8U, 0x8847U, 0x8864U, 0x6558U, 0x88BEU, 0x22EBU,
                                0x880BU, 0x8926U, 0x893FU, 0x88E7U, 0x894FU, 0x22F3U, 0x8909U, 0xF1C1U}) {
        text += dictionary_line("ether_type_" + std::to_string(type), big(type, 2));
    }
    for (const unsigned port : {4789U, 8472U, 4790U, 6081U, 1701U, 2152U, 3544U, 4754U, 6635U}) {
        text += dictionary_line("udp_port_" + std::to_string(port), big(port, 2));
    }
    text += dictionary_line("vxlan_flags", big(0x08, 4));
    text += dictionary_line("gre_all", big(0xF000'0800U, 4));
    text += dictionary_line("last_label", big(0x0010'0140U, 4));
    text += dictionary_line("ppp_ipv4", big(0xFF03'0021U, 4));
    text += dictionary_line("snap_ipv4", build::snap(0x0800U, {}));
    text += dictionary_line("pppoe_session", big(0x1100'0001, 4));
    return text;
}

}  // namespace chatos::fuzz
