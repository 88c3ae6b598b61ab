#include "net/peer_origin.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <netinet/in.h>
#include <string>
#include <unistd.h>

namespace chatos::net {
namespace {

core::origin of_ipv4(const std::string& text, std::uint16_t port) {
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    EXPECT_EQ(::inet_pton(AF_INET, text.c_str(), &address.sin_addr), 1);
    return origin_of(-1, reinterpret_cast<const ::sockaddr&>(address));
}

core::origin of_ipv6(const std::string& text, std::uint16_t port, std::uint32_t link = 0) {
    ::sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    address.sin6_scope_id = link;
    EXPECT_EQ(::inet_pton(AF_INET6, text.c_str(), &address.sin6_addr), 1);
    return origin_of(-1, reinterpret_cast<const ::sockaddr&>(address));
}

TEST(PeerOrigin, is_the_address_without_its_port) {
    EXPECT_EQ(of_ipv4("192.0.2.1", 1), of_ipv4("192.0.2.1", 2));
    EXPECT_NE(of_ipv4("192.0.2.1", 1), of_ipv4("192.0.2.2", 1));
    EXPECT_EQ(of_ipv6("2001:db8::1", 1), of_ipv6("2001:db8::1", 2));
    EXPECT_NE(of_ipv6("2001:db8::1", 1), of_ipv6("2001:db8::2", 1));
}

TEST(PeerOrigin, an_ipv4_address_is_the_same_however_the_listener_sees_it) {
    EXPECT_EQ(of_ipv4("192.0.2.1", 1), of_ipv6("::ffff:192.0.2.1", 1));
    EXPECT_NE(of_ipv4("0.0.0.1", 1), of_ipv6("::1", 1));
}

TEST(PeerOrigin, a_link_local_address_is_another_host_on_another_link) {
    EXPECT_EQ(of_ipv6("fe80::1", 1, 2), of_ipv6("fe80::1", 1, 2));
    EXPECT_NE(of_ipv6("fe80::1", 1, 2), of_ipv6("fe80::1", 1, 3));
    EXPECT_EQ(of_ipv6("2001:db8::1", 1, 2), of_ipv6("2001:db8::1", 1, 3));
}

TEST(PeerOrigin, on_a_unix_socket_it_is_the_user_id) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    ::sockaddr peer{};
    peer.sa_family = AF_UNIX;
    const core::origin from = origin_of(ends[0], peer);
    EXPECT_EQ(from, origin_of(ends[1], peer));
    const ::uid_t user = ::getuid();
    EXPECT_EQ(from.bytes.front(), std::byte{0xff});
    EXPECT_EQ(std::memcmp(from.bytes.data() + 12, &user, sizeof user), 0);
    for (const int end : ends) {
        ::close(end);
    }
}

}  // namespace
}  // namespace chatos::net
