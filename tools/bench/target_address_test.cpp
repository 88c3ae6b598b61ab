// Where the server is, as people write it.
#include "bench/target_address.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>

namespace chatos::bench {
namespace {

TEST(target_address, reads_a_host_and_a_port) {
    const target_result result = parse_target("127.0.0.1:7777");
    ASSERT_EQ(result.fault, "");
    ASSERT_EQ(result.address.socket.family(), AF_INET);
    EXPECT_EQ(result.address.socket.text(), "127.0.0.1:7777");
    EXPECT_EQ(result.address.text, "127.0.0.1:7777");
}

TEST(target_address, reads_an_ipv6_address_in_brackets) {
    const target_result result = parse_target("[::1]:80");
    ASSERT_EQ(result.fault, "");
    EXPECT_EQ(result.address.socket.family(), AF_INET6);
    EXPECT_FALSE(result.address.is_loopback_v4());
}

TEST(target_address, says_what_is_no_address) {
    EXPECT_EQ(
        parse_target("7777").fault,
        "--target: invalid address '7777': the port is missing; expected HOST:PORT, [IPv6]:PORT or unix:PATH, for example 127.0.0.1:7777");
    EXPECT_EQ(parse_target("[::1%nope]:80").fault,
              "--target [::1%nope]:80: the zone 'nope' is not a network interface of this machine");
}

TEST(target_address, a_unix_socket_has_no_ports_to_run_out_of) {
    const target_result result = parse_target("unix:/run/chatos");
    ASSERT_EQ(result.fault, "");
    EXPECT_EQ(result.address.socket.text(), "unix:/run/chatos");
    EXPECT_GT(result.address.connections_max(), 1'000'000U);
}

TEST(target_address, only_loopback_has_many_source_addresses) {
    EXPECT_TRUE(parse_target("127.9.9.9:1").address.is_loopback_v4());
    EXPECT_GT(parse_target("127.0.0.1:1").address.connections_max(), 1'000'000U);
    EXPECT_FALSE(parse_target("192.0.2.1:1").address.is_loopback_v4());
    EXPECT_EQ(parse_target("192.0.2.1:1").address.connections_max(), 28'000U);
}

TEST(target_address, sources_change_before_their_ports_run_out) {
    EXPECT_EQ(loopback_source(0), 0x7F00'0001U);
    EXPECT_EQ(loopback_source(connections_per_source - 1), 0x7F00'0001U);
    EXPECT_EQ(loopback_source(connections_per_source), 0x7F00'0002U);
    EXPECT_EQ(loopback_source(253 * connections_per_source), 0x7F00'00FEU);
    EXPECT_EQ(loopback_source(254 * connections_per_source), 0x7F00'0001U) << "from the start";
}

}  // namespace
}  // namespace chatos::bench
