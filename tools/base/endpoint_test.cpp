#include "base/endpoint.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace chatos::base {
namespace {

constexpr std::string_view expected = "; expected HOST:PORT, [IPv6]:PORT or unix:PATH, for example 127.0.0.1:7777";

TEST(Endpoint, ParsesHostsAndPorts) {
    EXPECT_EQ(parse_endpoint("127.0.0.1:7777").value, (endpoint{.host = "127.0.0.1", .port = 7777}));
    EXPECT_EQ(parse_endpoint("chat.example.org:65535").value, (endpoint{.host = "chat.example.org", .port = 65535}));
    EXPECT_EQ(parse_endpoint("[::1]:1").value, (endpoint{.host = "::1", .port = 1}));
    EXPECT_EQ(parse_endpoint("[fe80::1%eth0]:7777").value, (endpoint{.host = "fe80::1", .zone = "eth0", .port = 7777}));
    EXPECT_EQ(parse_endpoint("unix:/run/chat:os").value, (endpoint{.unix_path = "/run/chat:os"}));
    EXPECT_EQ(parse_endpoint("unix:" + std::string(107, 'x')).fault, "");
}

TEST(Endpoint, TextIsWhatIsParsed) {
    for (const std::string_view text : {"127.0.0.1:7777", "[::1]:7777", "[fe80::1%eth0]:1", "unix:/run/chatos"}) {
        const endpoint_result result = parse_endpoint(text);
        EXPECT_EQ(result.fault, "");
        EXPECT_EQ(result.value.text(), text);
    }
}

TEST(Endpoint, OnlyAListenerLetsTheSystemPickThePort) {
    EXPECT_EQ(parse_listen_endpoint("localhost:0").value, (endpoint{.host = "localhost", .port = 0}));
    EXPECT_EQ(parse_endpoint("localhost:0").fault,
              "invalid address 'localhost:0': the port is not a number from 1 to 65535" + std::string{expected});
}

TEST(Endpoint, SaysWhatIsWrong) {
    const auto fault_of = [](std::string_view text) {
        std::string fault = parse_listen_endpoint(text).fault;
        const std::string begin = "invalid address '" + std::string{text} + "': ";
        EXPECT_TRUE(fault.starts_with(begin) && fault.ends_with(expected)) << fault;
        return fault.size() < begin.size() + expected.size()
                   ? fault
                   : fault.substr(begin.size(), fault.size() - begin.size() - expected.size());
    };
    EXPECT_EQ(fault_of(""), "the port is missing");
    EXPECT_EQ(fault_of("localhost"), "the port is missing");
    EXPECT_EQ(fault_of(":7777"), "the host is missing");
    EXPECT_EQ(fault_of("a b:7777"), "the host is not a name or an address");
    EXPECT_EQ(fault_of("host%lo:7777"), "the host is not a name or an address");
    EXPECT_EQ(fault_of("::1:7777"), "an IPv6 address needs brackets: [ADDRESS]:PORT");
    EXPECT_EQ(fault_of("[]:7777"), "what is in brackets is not an IPv6 address");
    EXPECT_EQ(fault_of("[127.0.0.1]:7777"), "what is in brackets is not an IPv6 address");
    EXPECT_EQ(fault_of("[fe80::1%]:7777"), "the zone after '%' is missing");
    for (const std::string_view port : {"", "65536", "-1", "+1", " 1", "1 ", "0x1", "1a"}) {
        EXPECT_EQ(fault_of("host:" + std::string{port}), "the port is not a number from 0 to 65535");
    }
    EXPECT_EQ(fault_of("unix:"), "the path after 'unix:' is missing");
    EXPECT_EQ(fault_of("unix:" + std::string(108, 'x')), "the path of a Unix socket has at most 107 bytes");
}

TEST(Endpoint, AMessageShowsNoControlCharacters) {
    EXPECT_EQ(parse_endpoint("a\x1b[2J").fault.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace chatos::base
