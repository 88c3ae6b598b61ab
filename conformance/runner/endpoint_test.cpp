#include "runner/endpoint.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

TEST(Endpoint, reads_hosts_addresses_and_ports) {
    EXPECT_EQ(parse_endpoint("localhost:1")->host, "localhost");
    EXPECT_EQ(parse_endpoint("127.0.0.1:65535")->port, 65'535);
    EXPECT_EQ(parse_endpoint("[::1]:7777")->host, "::1");
    EXPECT_EQ(parse_endpoint("[::1]:7777")->text(), "[::1]:7777");
    EXPECT_EQ(parse_endpoint("127.0.0.1:7777")->text(), "127.0.0.1:7777");
}

TEST(Endpoint, refuses_everything_else) {
    for (const char* text : {"", ":", ":7777", "host", "host:", "host:0", "host:65536", "host:-1", "host:+1", "host:7x",
                             "host: 7", "::1:7777", "[::1]", "[]:7777", "[::1:7777", "::1]:7777"}) {
        EXPECT_EQ(parse_endpoint(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace chatos::conformance
