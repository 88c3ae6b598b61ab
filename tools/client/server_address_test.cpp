#include "client/server_address.hpp"

#include <gtest/gtest.h>

#include <string>

namespace chatos::client {
namespace {

TEST(ServerAddress, is_a_host_with_a_port_or_a_path) {
    const address_result host = parse_server_address("example.org:7777");
    EXPECT_EQ(host.fault, "");
    EXPECT_EQ(host.address.host, "example.org");
    EXPECT_EQ(host.address.port, 7777);
    EXPECT_EQ(parse_server_address("[::1]:65535").address.host, "::1");
    EXPECT_EQ(parse_server_address("unix:/run/chatos.sock").address.unix_path, "/run/chatos.sock");
}

TEST(ServerAddress, that_cannot_be_says_why_and_what_to_give) {
    for (const std::string text : {"", "host", "host:", ":7777", "host:0", "host:65536", "host:77a", "host:-1",
                                   "::1:7777", "[::1]", "[]:7777", "unix:", "http://host:80"}) {
        const std::string fault = parse_server_address(text).fault;
        EXPECT_NE(fault.find("give HOST:PORT"), std::string::npos) << text;
    }
    EXPECT_NE(parse_server_address("unix:" + std::string(200, 'x')).fault, "");
}

}  // namespace
}  // namespace chatos::client
