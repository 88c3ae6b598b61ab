// What is ready, of sockets that are pairs in this process.
#include "net/readiness.hpp"

#include <gtest/gtest.h>

#include <array>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace chatos::net {
namespace {

constexpr interest nothing{};
constexpr interest input{.input = true};
constexpr interest both{.input = true, .room = true};

struct Readiness : testing::Test {
    Readiness() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0); }
    Readiness(const Readiness&) = delete;
    Readiness& operator=(const Readiness&) = delete;
    ~Readiness() override {
        close_end(0);
        close_end(1);
    }

    void close_end(std::size_t which) {
        if (ends[which] >= 0) {
            ::close(ends[which]);
            ends[which] = -1;
        }
    }
    void write_other_end() const { EXPECT_EQ(::send(ends[1], "x", 1, 0), 1); }
    [[nodiscard]] bool is_descriptor_readable() const {
        ::pollfd one{.fd = ready.descriptor(), .events = POLLIN, .revents = 0};
        return ::poll(&one, 1, 0) == 1;
    }

    std::array<int, 2> ends{-1, -1};
    readiness ready;
};

TEST_F(Readiness, tells_input_until_it_is_read) {
    ASSERT_TRUE(ready.watch(ends[0], 7, nothing, input));
    EXPECT_TRUE(ready.take_ready().empty());
    EXPECT_FALSE(is_descriptor_readable());
    write_other_end();
    for (int i = 0; i < 2; ++i) {
        EXPECT_TRUE(is_descriptor_readable());
        const auto found = ready.take_ready();
        ASSERT_EQ(found.size(), 1U);
        EXPECT_EQ(found[0].key, 7U);
        EXPECT_TRUE(found[0].input);
        EXPECT_FALSE(found[0].room);
    }
    char byte = 0;
    EXPECT_EQ(::recv(ends[0], &byte, 1, 0), 1);
    EXPECT_TRUE(ready.take_ready().empty());
}

TEST_F(Readiness, tells_room_only_where_it_is_wanted) {
    ASSERT_TRUE(ready.watch(ends[0], 1, nothing, both));
    ASSERT_EQ(ready.take_ready().size(), 1U);
    EXPECT_TRUE(ready.take_ready()[0].room);
    ASSERT_TRUE(ready.watch(ends[0], 1, both, input));
    EXPECT_TRUE(ready.take_ready().empty());
}

TEST_F(Readiness, who_wants_nothing_is_not_told_of_a_hang_up_again_and_again) {
    ASSERT_TRUE(ready.watch(ends[0], 1, nothing, input));
    close_end(1);
    ASSERT_EQ(ready.take_ready().size(), 1U);
    EXPECT_TRUE(ready.take_ready()[0].input);
    ASSERT_TRUE(ready.watch(ends[0], 1, input, nothing));
    EXPECT_TRUE(ready.take_ready().empty());
    ASSERT_TRUE(ready.watch(ends[0], 2, nothing, input)) << "and may want again";
    ASSERT_EQ(ready.take_ready().size(), 1U);
    EXPECT_EQ(ready.take_ready()[0].key, 2U);
}

TEST_F(Readiness, a_closed_socket_is_forgotten) {
    ASSERT_TRUE(ready.watch(ends[0], 1, nothing, both));
    close_end(0);
    EXPECT_TRUE(ready.take_ready().empty());
}

TEST_F(Readiness, more_than_fit_at_once_come_the_next_time) {
    std::vector<std::array<int, 2>> pairs(300);
    for (auto& pair : pairs) {
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair.data()), 0);
        ASSERT_TRUE(ready.watch(pair[0], 1, nothing, both));
    }
    EXPECT_EQ(ready.take_ready().size(), 256U);
    EXPECT_FALSE(ready.take_ready().empty());
    for (const auto& pair : pairs) {
        ::close(pair[0]);
        ::close(pair[1]);
    }
}

}  // namespace
}  // namespace chatos::net
