// Readiness of socket pairs in this process.
#include "net/poller.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <sys/socket.h>
#include <unistd.h>

namespace chatos::net {
namespace {

constexpr std::chrono::nanoseconds now{0};
constexpr interest nothing{};
constexpr interest input{.input = true};
constexpr interest both{.input = true, .output = true};

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
    std::array<int, 2> ends{-1, -1};
    poller ready;
};

TEST_F(Readiness, tells_input_until_it_is_read) {
    ASSERT_TRUE(ready.watch(ends[0], 7, nothing, input));
    EXPECT_TRUE(ready.wait(now).empty());
    write_other_end();
    for (int i = 0; i < 2; ++i) {
        const auto position = ready.wait(now);
        ASSERT_EQ(position.size(), 1U);
        EXPECT_EQ(position[0].key, 7U);
        EXPECT_TRUE(position[0].input);
        EXPECT_FALSE(position[0].output);
    }
    char byte = 0;
    EXPECT_EQ(::recv(ends[0], &byte, 1, 0), 1);
    EXPECT_TRUE(ready.wait(now).empty());
}

TEST_F(Readiness, tells_room_only_where_it_is_wanted) {
    ASSERT_TRUE(ready.watch(ends[0], 1, nothing, both));
    ASSERT_EQ(ready.wait(now).size(), 1U);
    EXPECT_TRUE(ready.wait(now)[0].output);
    ASSERT_TRUE(ready.watch(ends[0], 1, both, input));
    EXPECT_TRUE(ready.wait(now).empty());
}

TEST_F(Readiness, who_wants_nothing_is_not_told_of_a_hang_up_again_and_again) {
    ASSERT_TRUE(ready.watch(ends[0], 1, nothing, input));
    close_end(1);
    ASSERT_EQ(ready.wait(now).size(), 1U);
    EXPECT_TRUE(ready.wait(now)[0].input);
    ASSERT_TRUE(ready.watch(ends[0], 1, input, nothing));
    EXPECT_TRUE(ready.wait(now).empty());
    ASSERT_TRUE(ready.watch(ends[0], 2, nothing, input)) << "and may want again";
    ASSERT_EQ(ready.wait(now).size(), 1U);
    EXPECT_EQ(ready.wait(now)[0].key, 2U);
}

TEST_F(Readiness, a_closed_socket_is_forgotten) {
    ASSERT_TRUE(ready.watch(ends[0], 1, nothing, both));
    close_end(0);
    EXPECT_TRUE(ready.wait(now).empty());
}

TEST_F(Readiness, waits_no_longer_than_it_is_told_and_never_shorter) {
    ASSERT_TRUE(ready.watch(ends[0], 1, nothing, input));
    const auto before = std::chrono::steady_clock::now();
    EXPECT_TRUE(ready.wait(std::chrono::microseconds{1'500}).empty());
    EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::microseconds{1'500});
    write_other_end();
    EXPECT_EQ(ready.wait(std::nullopt).size(), 1U) << "without a timeout it waits until something comes";
}

TEST_F(Readiness, more_than_fit_at_once_come_the_next_time) {
    std::vector<std::array<int, 2>> pairs(300);
    for (auto& pair : pairs) {
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair.data()), 0);
        ASSERT_TRUE(ready.watch(pair[0], 1, nothing, both));
    }
    EXPECT_EQ(ready.wait(now).size(), 256U);
    EXPECT_FALSE(ready.wait(now).empty());
    for (const auto& pair : pairs) {
        ::close(pair[0]);
        ::close(pair[1]);
    }
}

}  // namespace
}  // namespace chatos::net
