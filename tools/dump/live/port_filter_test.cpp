// The filter that the kernel gets drops nothing that would be read, and the bulk of what would not.
#include "base/packet_builder.hpp"
#include "dump/link/decapsulator.hpp"
#include "dump/link/udp_tunnels.hpp"
#include "dump/live/bpf_filter.hpp"
#include "dump/live/port_filter.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace chatos::dump::testing {
namespace {

using namespace base::wire;
using namespace std::string_view_literals;

constexpr std::uint16_t ethernet_link = 1;
constexpr std::uint16_t raw_link = 101;
constexpr std::uint16_t cooked_link = 113;

bool passes(const std::string& expression, const byte_string& frame, std::uint16_t link_type = ethernet_link) {
    bpf_filter filter{expression};
    EXPECT_EQ(filter.check(), nullptr) << expression;
    const bool is_accepted = filter.accepts(
        {.link_type = link_type, .bytes = frame, .original_bytes = static_cast<std::uint32_t>(frame.size())});
    EXPECT_EQ(filter.problem(), "");
    return is_accepted;
}

std::string expression_for(std::initializer_list<std::uint16_t> ports) {
    server_ports wanted;
    for (const std::uint16_t port : ports) {
        wanted.set(port);
    }
    return port_expression(wanted);
}

const segment wanted_segment{.sequence = 9, .payload = "0123456789abcdef"};
const segment other_segment{.sequence = 9, .payload = "0123456789abcdef", .server_port = 80};

byte_string datagram(std::uint16_t port) {
    return joined({big(40'000, 2), big(port, 2), big(16, 2), big(0, 2), byte_string(8)});
}

byte_string cooked(std::uint16_t type, const byte_string& packet) {
    return joined({byte_string(14), big(type, 2), packet});
}

TEST(port_filter, accepts_the_port_on_either_side_over_ipv4_and_ipv6) {
    const std::string expression = expression_for({7'777, 9'000});
    EXPECT_TRUE(passes(expression, frame_of(wanted_segment)));
    EXPECT_TRUE(passes(expression, frame_of({.from_server = true})));
    EXPECT_TRUE(passes(expression, frame_of({.server_port = 9'000})));
    EXPECT_TRUE(passes(expression, ethernet(0x86DD, ipv6(tcp(wanted_segment, true), false))));
    EXPECT_TRUE(passes(expression, ipv4(tcp(wanted_segment), false), raw_link));
    EXPECT_TRUE(passes(expression, ipv6(tcp(wanted_segment, true), false), raw_link));
    EXPECT_TRUE(passes(expression, cooked(0x0800, ipv4(tcp(wanted_segment), false)), cooked_link));
}

TEST(port_filter, drops_what_shows_that_it_has_none_of_the_ports) {
    const std::string expression = expression_for({7'777});
    const byte_string other = ipv4(tcp(other_segment), false);
    EXPECT_FALSE(passes(expression, ethernet(0x0800, other)));
    EXPECT_FALSE(passes(expression, other, raw_link));
    EXPECT_FALSE(passes(expression, cooked(0x0800, other), cooked_link));
    EXPECT_FALSE(passes(expression, ethernet(0x86DD, ipv6(tcp(other_segment, true), false))));
    EXPECT_FALSE(passes(expression, ethernet(0x0800, ipv4(datagram(7'777), false, {.protocol = 17}))));
    EXPECT_FALSE(passes(expression, ethernet(0x0800, ipv4(datagram(53), false, {.protocol = 1}))));
    EXPECT_FALSE(passes(expression, ethernet(0x86DD, ipv6(datagram(53), false, 58))));
    EXPECT_FALSE(passes(expression, ethernet(0x0806, byte_string(28))));
}

TEST(port_filter, accepts_every_fragment_because_only_the_first_has_ports) {
    const std::string expression = expression_for({7'777});
    const byte_string whole = tcp(wanted_segment);
    const byte_string first{whole.begin(), whole.begin() + 24};
    const byte_string second{whole.begin() + 24, whole.end()};
    EXPECT_TRUE(passes(expression, ethernet(0x0800, ipv4(first, false, {.fragment = 0x2000}))));
    EXPECT_TRUE(passes(expression, ethernet(0x0800, ipv4(second, false, {.fragment = 3}))));
    const auto fragment = [](std::uint16_t place, const byte_string& part) {
        return ethernet(0x86DD, ipv6(joined({big(6, 1), big(0, 1), big(place, 2), big(77, 4), part}), false, 44));
    };
    EXPECT_TRUE(passes(expression, fragment(1, first)));
    EXPECT_TRUE(passes(expression, fragment(24, second)));
}

TEST(port_filter, accepts_ipv6_extension_headers_and_vlan_tags) {
    const std::string expression = expression_for({7'777});
    const byte_string options = joined({big(6, 1), big(0, 1), byte_string(6), tcp(wanted_segment, true)});
    EXPECT_TRUE(passes(expression, ethernet(0x86DD, ipv6(options, false, 0))));
    const byte_string packet = ipv4(tcp(wanted_segment), false);
    EXPECT_TRUE(passes(expression, ethernet(0x0800, packet, {{0x8100, 5}})));
    EXPECT_TRUE(passes(expression, ethernet(0x0800, packet, {{0x88A8, 5}, {0x8100, 6}})));
}

TEST(port_filter, accepts_what_carries_frames_or_packets_inside) {
    const std::string expression = expression_for({7'777});
    for (const std::uint8_t protocol : std::vector<std::uint8_t>{4, 41, 47, 50, 51}) {
        EXPECT_TRUE(passes(expression, ethernet(0x0800, ipv4(byte_string(40), false, {.protocol = protocol}))));
        EXPECT_TRUE(passes(expression, ethernet(0x86DD, ipv6(byte_string(40), false, protocol))));
    }
    for (const std::uint16_t port : std::vector<std::uint16_t>{1'701, 2'152, 3'544, 4'789, 4'790, 6'081, 8'472}) {
        EXPECT_TRUE(passes(expression, ethernet(0x0800, ipv4(datagram(port), false, {.protocol = 17}))));
        EXPECT_TRUE(passes(expression, ethernet(0x86DD, ipv6(datagram(port), false, 17))));
    }
    for (const std::uint16_t type : std::vector<std::uint16_t>{0x8847, 0x8848, 0x8864, 0x894F}) {
        EXPECT_TRUE(passes(expression, ethernet(type, byte_string(40))));
    }
}

TEST(port_filter, accepts_the_udp_ports_of_the_tunnels_that_are_read_and_no_others) {
    bpf_filter filter{expression_for({7'777})};
    byte_string frame = ethernet(0x0800, ipv4(datagram(0), false, {.protocol = 17}));
    constexpr std::size_t headers_bytes = 34;
    const captured_frame captured{
        .link_type = ethernet_link, .bytes = frame, .original_bytes = static_cast<std::uint32_t>(frame.size())};
    for (std::uint32_t port = 0; port <= 0xFFFF; ++port) {
        frame[headers_bytes + 2] = static_cast<std::byte>(port >> 8U);
        frame[headers_bytes + 3] = static_cast<std::byte>(port & 0xFFU);
        ASSERT_EQ(filter.accepts(captured), has_tunnel_port(std::span{frame}.subspan(headers_bytes))) << port;
    }
}

TEST(port_filter, narrows_an_expression_whatever_that_looks_at) {
    server_ports ports;
    ports.set(7'777);
    EXPECT_EQ(with_ports(ports, ""), port_expression(ports));
    const byte_string packet = ipv4(tcp(wanted_segment), false);
    const byte_string tagged = ethernet(0x0800, packet, {{0x8100, 5}});
    EXPECT_TRUE(passes(with_ports(ports, "vlan 5 and tcp port 7777"), tagged));
    EXPECT_FALSE(passes(with_ports(ports, "vlan 6"), tagged));
    EXPECT_FALSE(passes(with_ports(ports, "vlan 6 or host 10.0.0.1"), frame_of(other_segment)));
    EXPECT_TRUE(passes(with_ports(ports, "port 1 or host 10.0.0.1"), frame_of(wanted_segment)));
}

TEST(port_filter, is_valid_on_every_link_that_an_interface_may_have) {
    const std::string expression = expression_for({7'777});
    for (const std::uint16_t link_type : std::vector<std::uint16_t>{0, 1, 9, 12, 101, 105, 108, 113, 127, 276}) {
        bpf_filter filter{expression};
        (void)filter.accepts({.link_type = link_type, .bytes = {}, .original_bytes = 0});
        EXPECT_EQ(filter.problem(), "") << link_type;
    }
}

TEST(port_filter, leaves_more_ports_than_a_program_holds_to_the_reader) {
    server_ports ports;
    ports.set();
    EXPECT_EQ(port_expression(ports), "");
    EXPECT_EQ(with_ports(ports, "tcp"), "tcp");
}

}  // namespace
}  // namespace chatos::dump::testing
