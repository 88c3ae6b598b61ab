// Where the server is, as people write it.
#include "bench/target_address.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <netinet/in.h>

namespace chatos::bench {
namespace {

TEST(target_address, reads_a_host_and_a_port) {
    const target_result result = parse_target("127.0.0.1:7777");
    ASSERT_EQ(result.fault, "");
    ASSERT_EQ(result.address.storage.ss_family, AF_INET);
    sockaddr_in address{};
    std::memcpy(&address, &result.address.storage, sizeof address);
    EXPECT_EQ(ntohs(address.sin_port), 7777);
    EXPECT_EQ(ntohl(address.sin_addr.s_addr), INADDR_LOOPBACK);
    EXPECT_EQ(result.address.size, sizeof address);
    EXPECT_EQ(result.address.text, "127.0.0.1:7777");
}

TEST(target_address, reads_an_ipv6_address_in_brackets) {
    const target_result result = parse_target("[::1]:80");
    ASSERT_EQ(result.fault, "");
    EXPECT_EQ(result.address.storage.ss_family, AF_INET6);
    EXPECT_FALSE(result.address.is_loopback_v4());
}

TEST(target_address, says_what_is_no_address) {
    EXPECT_EQ(parse_target("7777").fault, "--target 7777: not HOST:PORT");
    EXPECT_EQ(parse_target(":7777").fault, "--target :7777: not HOST:PORT");
    EXPECT_EQ(parse_target("h:0").fault, "--target h:0: '0' is no port; give 1 to 65535");
    EXPECT_EQ(parse_target("h:65536").fault, "--target h:65536: '65536' is no port; give 1 to 65535");
    EXPECT_EQ(parse_target("h:").fault, "--target h:: '' is no port; give 1 to 65535");
    EXPECT_EQ(parse_target("::1:80").fault, "--target ::1:80: write an IPv6 address in brackets: [::1]:80");
    EXPECT_EQ(parse_target("[name]:80").fault.find("--target [name]:80: 'name' is no host: "), 0U);
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
