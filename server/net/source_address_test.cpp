// Where connections come from, in words, and how many from each place.
#include "net/source_address.hpp"

#include <gtest/gtest.h>

#include <array>
#include <sys/socket.h>
#include <unistd.h>

namespace chatos::net {
namespace {

source_address of_ip(std::uint8_t last) {
    source_address one;
    one.from.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, last};
    one.port = 4'711;
    return one;
}

TEST(SourceAddress, is_shown_as_people_write_it) {
    EXPECT_EQ(text_of(of_ip(7)), "10.0.0.7:4711");
    source_address six;
    six.from.ip[15] = 1;
    six.port = 80;
    EXPECT_EQ(text_of(six), "[::1]:80");
    source_address local;
    local.from.user = 1'000;
    EXPECT_EQ(text_of(local), "unix:user-1000");
}

TEST(SourceAddress, of_a_unix_socket_is_its_user) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    EXPECT_EQ(source_of(ends[0]).from.user, static_cast<std::int64_t>(::getuid()));
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST(PlaceCounts, each_place_has_its_own_bound_and_ports_do_not_matter) {
    place_counts counts{2};
    source_address other_port = of_ip(1);
    other_port.port = 1;
    EXPECT_TRUE(counts.enter(of_ip(1).from));
    EXPECT_TRUE(counts.enter(other_port.from));
    EXPECT_FALSE(counts.enter(of_ip(1).from));
    EXPECT_TRUE(counts.enter(of_ip(2).from));
    counts.leave(of_ip(1).from);
    EXPECT_TRUE(counts.enter(of_ip(1).from));
    EXPECT_FALSE(counts.enter(of_ip(1).from));
}

TEST(PlaceCounts, without_a_bound_everybody_enters) {
    place_counts counts{0};
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(counts.enter(of_ip(1).from));
    }
    counts.leave(of_ip(1).from);
}

}  // namespace
}  // namespace chatos::net
