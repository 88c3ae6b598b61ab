#include "net/loop_time.hpp"

#include <gtest/gtest.h>

namespace chatos::net {
namespace {

using std::chrono::milliseconds;

const core::time_point start{std::chrono::hours{1}};

TEST(LoopTime, follows_the_clock) {
    loop_time time{start};
    time.update(start + milliseconds{10});
    EXPECT_EQ(time.now(), start + milliseconds{10});
    time.begin_wait(milliseconds{100});
    time.end_wait(start + milliseconds{110}, 0, 1, false);
    EXPECT_EQ(time.now(), start + milliseconds{110});
}

TEST(LoopTime, an_absence_during_a_wait_does_not_count) {
    loop_time time{start};
    time.begin_wait(milliseconds{100});
    time.end_wait(start + milliseconds{6'100}, 1, 1, false);
    EXPECT_EQ(time.now(), start + milliseconds{100});
    EXPECT_EQ(time.away(), milliseconds{6'000});
}

TEST(LoopTime, an_absence_in_a_turn_does_not_count) {
    loop_time time{start};
    time.update(start + milliseconds{6'000});
    EXPECT_EQ(time.now(), start);
}

TEST(LoopTime, a_wait_without_a_limit_is_no_absence) {
    loop_time time{start};
    time.begin_wait(std::nullopt);
    time.end_wait(start + milliseconds{6'000}, 1, 1, false);
    EXPECT_EQ(time.now(), start + milliseconds{6'000});
}

TEST(LoopTime, short_delays_count) {
    loop_time time{start};
    time.update(start + milliseconds{249});
    EXPECT_EQ(time.now(), start + milliseconds{249});
}

TEST(LoopTime, what_arrived_before_the_poller_was_asked_is_read) {
    loop_time time{start};
    time.update(start + milliseconds{5});
    time.begin_wait(milliseconds{100});
    EXPECT_EQ(time.read_until(), start);
    time.end_wait(start + milliseconds{105}, 0, 1, false);
    EXPECT_EQ(time.read_until(), start + milliseconds{5}) << "something may have arrived since";
}

TEST(LoopTime, a_poller_with_more_to_report_is_asked_until_each_socket_had_its_turn) {
    loop_time time{start};
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(time.read_until(), start);
        time.update(start + milliseconds{i + 1});
        time.begin_wait(milliseconds{0});
        time.end_wait(start + milliseconds{i + 1}, 100, 250, true);
    }
    EXPECT_EQ(time.read_until(), start + milliseconds{1});
}

}  // namespace
}  // namespace chatos::net
