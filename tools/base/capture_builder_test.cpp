#include "base/capture_builder.hpp"
#include "base/hex.hpp"

#include <gtest/gtest.h>

namespace chatos::base::wire {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view ipv4_header = "4500 002b 0001 0000 4006 66ca 0a000001 0a000002";
constexpr std::string_view tcp_header = "9c40 1e61 00000009 00000000 50 18 ffff dd1a 0000";

std::string hex(std::initializer_list<std::string_view> parts) {
    std::string digits;
    for (const std::string_view part : parts) {
        digits += to_hex(hex_bytes(part));
    }
    return digits;
}

TEST(packet_builder, puts_tcp_into_ipv4_into_ethernet) {
    const byte_string frame = frame_of({.sequence = 9, .payload = "\x01\x02\x03"sv, .flags = psh | ack});
    EXPECT_EQ(to_hex(frame), hex({"020000000001 020000000002 0800", ipv4_header, tcp_header, "010203"}));
}

TEST(packet_builder, swaps_ports_and_addresses_for_the_server) {
    const byte_string packet = ipv4(tcp({.from_server = true}), true, {.hosts = {.server = 0x7F00'0001}});
    EXPECT_EQ(to_hex(packet).substr(24, 24), hex({"7f000001 0a000001 1e61 9c40"}));
}

TEST(packet_builder, counts_uncaptured_bytes_as_zeros_in_the_checksum) {
    const byte_string whole = tcp({.payload = "ab\0\0\0"sv});
    EXPECT_EQ(tcp({.payload = "ab", .uncaptured_bytes = 3}), byte_string(whole.begin(), whole.end() - 3));
}

TEST(packet_builder, puts_tcp_into_ipv6) {
    EXPECT_EQ(to_hex(ipv6(raw("x"), false)),
              hex({"60000000 0001 06 40 20010db8000000000000000000000001 20010db8000000000000000000000002 78"}));
}

TEST(capture_builder, writes_pcap) {
    const byte_string file = pcap_builder{101}.add(raw("abc"), {.seconds = 2, .fraction = 3, .original = 9}).bytes();
    EXPECT_EQ(to_hex(file), hex({"d4c3b2a1 0200 0400 00000000 00000000 00000400 65000000",
                                 "02000000 03000000 03000000 09000000 616263"}));
}

TEST(capture_builder, writes_pcapng_in_big_endian) {
    const byte_string file = pcapng_builder{std::endian::big}.interface(1).packet(raw("abc"), 0x1'0000'0002).bytes();
    EXPECT_EQ(to_hex(file), hex({"0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c",
                                 "00000001 00000014 0001 0000 00000000 00000014",
                                 "00000006 00000024 00000000 00000001 00000002 00000003 00000003 61626300 00000024"}));
}

}  // namespace
}  // namespace chatos::base::wire
