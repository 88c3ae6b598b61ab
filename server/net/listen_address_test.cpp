#include "net/listen_address.hpp"

#include <gtest/gtest.h>

namespace chatos::net {
namespace {

TEST(ListenAddress, host_and_port) {
    const auto parsed = parse_listen_address("127.0.0.1:7777");
    EXPECT_EQ(parsed.fault, "");
    EXPECT_EQ(parsed.address.host, "127.0.0.1");
    EXPECT_EQ(parsed.address.port, 7777);
    EXPECT_EQ(parse_listen_address("localhost:0").address.host, "localhost");
}

TEST(ListenAddress, ipv6_goes_in_brackets) {
    const auto parsed = parse_listen_address("[::1]:65535");
    EXPECT_EQ(parsed.fault, "");
    EXPECT_EQ(parsed.address.host, "::1");
    EXPECT_EQ(parsed.address.port, 65'535);
    EXPECT_EQ(parse_listen_address("::1:7777").fault, "an IPv6 address goes in brackets: [ADDRESS]:PORT");
}

TEST(ListenAddress, unix_path) {
    const auto parsed = parse_listen_address("unix:/run/chat:os.sock");
    EXPECT_EQ(parsed.fault, "");
    EXPECT_EQ(parsed.address.unix_path, "/run/chat:os.sock");
    EXPECT_NE(parse_listen_address("unix:").fault, "");
    EXPECT_NE(parse_listen_address("unix:" + std::string(108, 'x')).fault, "");
}

TEST(ListenAddress, whatever_cannot_be_is_said) {
    for (const char* text : {"", "7777", "host", "host:", ":7777", "[]:7777", "host:65536", "host:-1", "host:7777x",
                             "host: 7777", "ho st:7777", "[::1:7777", "host:0x10"}) {
        EXPECT_NE(parse_listen_address(text).fault, "") << text;
    }
}

}  // namespace
}  // namespace chatos::net
