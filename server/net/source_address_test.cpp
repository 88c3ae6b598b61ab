// Sources of connections: comparison, networks and text.
#include "net/source_address.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <netinet/in.h>
#include <string>
#include <unistd.h>

namespace chatos::net {
namespace {

source_address source_ipv4(const std::string& text, std::uint16_t port) {
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    EXPECT_EQ(::inet_pton(AF_INET, text.c_str(), &address.sin_addr), 1);
    return source_of(-1, reinterpret_cast<const ::sockaddr&>(address));
}

source_address source_ipv6(const std::string& text, std::uint16_t port, std::uint32_t link = 0) {
    ::sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    address.sin6_scope_id = link;
    EXPECT_EQ(::inet_pton(AF_INET6, text.c_str(), &address.sin6_addr), 1);
    return source_of(-1, reinterpret_cast<const ::sockaddr&>(address));
}

core::origin of_ipv4(const std::string& text, std::uint16_t port) {
    return source_ipv4(text, port).origin;
}

core::origin of_ipv6(const std::string& text, std::uint16_t port, std::uint32_t link = 0) {
    return source_ipv6(text, port, link).origin;
}

TEST(Origin, is_the_address_without_its_port) {
    EXPECT_EQ(of_ipv4("192.0.2.1", 1), of_ipv4("192.0.2.1", 2));
    EXPECT_NE(of_ipv4("192.0.2.1", 1), of_ipv4("192.0.2.2", 1));
    EXPECT_EQ(of_ipv6("2001:db8::1", 1), of_ipv6("2001:db8::1", 2));
    EXPECT_NE(of_ipv6("2001:db8::1", 1), of_ipv6("2001:db8::2", 1));
}

TEST(Origin, an_ipv4_address_is_the_same_however_the_listener_sees_it) {
    EXPECT_EQ(of_ipv4("192.0.2.1", 1), of_ipv6("::ffff:192.0.2.1", 1));
    EXPECT_NE(of_ipv4("0.0.0.1", 1), of_ipv6("::1", 1));
}

TEST(Origin, a_link_local_address_is_another_host_on_another_link) {
    EXPECT_EQ(of_ipv6("fe80::1", 1, 2), of_ipv6("fe80::1", 1, 2));
    EXPECT_NE(of_ipv6("fe80::1", 1, 2), of_ipv6("fe80::1", 1, 3));
    EXPECT_EQ(of_ipv6("2001:db8::1", 1, 2), of_ipv6("2001:db8::1", 1, 3));
}

TEST(Origin, on_a_unix_socket_it_is_the_user_id) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    ::sockaddr peer{};
    peer.sa_family = AF_UNIX;
    const core::origin from = origin_of(ends[0], peer);
    EXPECT_EQ(from, origin_of(ends[1], peer));
    const ::uid_t user = ::getuid();
    EXPECT_EQ(text_of({.origin = from}), "unix:user-" + std::to_string(user));
    EXPECT_EQ(from.bytes.front(), std::byte{0xff});
    EXPECT_EQ(std::memcmp(from.bytes.data() + 12, &user, sizeof user), 0);
    for (const int end : ends) {
        ::close(end);
    }
}

TEST(SourceAddress, is_shown_as_people_write_it) {
    EXPECT_EQ(text_of(source_ipv4("10.0.0.7", 4'711)), "10.0.0.7:4711");
    EXPECT_EQ(text_of(source_ipv6("::ffff:10.0.0.7", 4'711)), "10.0.0.7:4711");
    EXPECT_EQ(text_of(source_ipv6("::1", 80)), "[::1]:80");
    EXPECT_EQ(text_of(source_ipv6("fe80::1", 80, 2)), "[fe80::1%2]:80");
}

TEST(Origin, of_this_machine_is_local_and_no_other_is) {
    EXPECT_TRUE(is_local(of_ipv4("127.0.0.1", 1)) && is_local(of_ipv4("127.9.9.9", 1)));
    EXPECT_TRUE(is_local(of_ipv6("::1", 1)) && is_local(of_ipv6("::ffff:127.0.0.1", 1)));
    core::origin user{};
    user.bytes.front() = std::byte{0xff};
    EXPECT_TRUE(is_local(user));
    for (const char* other : {"::", "::2", "fe80::1", "2001:db8::7f00:1", "7f00::1"}) {
        EXPECT_FALSE(is_local(of_ipv6(other, 1))) << other;
    }
    EXPECT_FALSE(is_local(of_ipv4("10.0.0.1", 1)) || is_local(of_ipv4("126.0.0.1", 1)));
}

TEST(Network, is_the_prefix_of_an_ipv6_address_and_the_whole_of_any_other) {
    EXPECT_EQ(network_of(of_ipv6("2001:db8::1", 1), 64), network_of(of_ipv6("2001:db8::ffff:1", 1), 64));
    EXPECT_NE(network_of(of_ipv6("2001:db8::1", 1), 64), network_of(of_ipv6("2001:db8:0:1::1", 1), 64));
    EXPECT_EQ(network_of(of_ipv6("2001:db8:0:12::1", 1), 60), network_of(of_ipv6("2001:db8:0:1f::1", 1), 60));
    EXPECT_NE(network_of(of_ipv6("2001:db8:0:12::1", 1), 60), network_of(of_ipv6("2001:db8:0:22::1", 1), 60));
    EXPECT_EQ(network_of(of_ipv6("2001:db8::1", 1), 128), of_ipv6("2001:db8::1", 1));
    EXPECT_NE(network_of(of_ipv6("2001:db8::1", 1), 127), network_of(of_ipv6("2001:db8::2", 1), 127));
    EXPECT_EQ(network_of(of_ipv6("2001:db8::1", 1), 0), network_of(of_ipv6("fe80::1", 1), 0));
    for (const std::uint32_t prefix : {0U, 1U, 64U, 128U}) {
        EXPECT_EQ(network_of(of_ipv4("192.0.2.1", 1), prefix), of_ipv4("192.0.2.1", 1));
        core::origin user{};
        user.bytes.front() = std::byte{0xff};
        user.bytes.back() = std::byte{7};
        EXPECT_EQ(network_of(user, prefix), user);
    }
}

}  // namespace
}  // namespace chatos::net
