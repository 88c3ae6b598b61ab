// What is in flight, and what is done.
#include "bench/window.hpp"

#include <gtest/gtest.h>

namespace chatos::bench {
namespace {

TEST(window, a_message_has_arrived_when_all_recipients_have_it) {
    window sent{2, 3};
    sent.send(1, 100);
    EXPECT_EQ(sent.room(), 1U);
    EXPECT_FALSE(sent.oldest_has_arrived());
    EXPECT_TRUE(sent.arrive(0));
    EXPECT_TRUE(sent.arrive(0));
    EXPECT_FALSE(sent.oldest_has_arrived());
    EXPECT_TRUE(sent.arrive(0));
    EXPECT_TRUE(sent.oldest_has_arrived());
    EXPECT_EQ(sent.finish_oldest(), 100U);
    EXPECT_EQ(sent.room(), 2U);
}

TEST(window, a_recipient_may_be_ahead_of_the_others) {
    window sent{2, 2};
    sent.send(2, 5);
    EXPECT_TRUE(sent.arrive(0));
    EXPECT_TRUE(sent.arrive(1));
    EXPECT_TRUE(sent.arrive(1));
    EXPECT_FALSE(sent.oldest_has_arrived()) << "the second has, the oldest has not";
    EXPECT_TRUE(sent.arrive(0));
    EXPECT_TRUE(sent.oldest_has_arrived());
}

TEST(window, refuses_what_is_not_in_flight) {
    window sent{2, 1};
    EXPECT_FALSE(sent.arrive(0)) << "not sent";
    EXPECT_FALSE(sent.oldest_has_arrived()) << "nothing is in flight";
    sent.send(2, 5);
    EXPECT_TRUE(sent.arrive(0));
    EXPECT_FALSE(sent.arrive(0)) << "once too often";
    EXPECT_FALSE(sent.arrive(2)) << "not sent";
    EXPECT_EQ(sent.finish_oldest(), 5U);
    EXPECT_FALSE(sent.arrive(0)) << "done";
}

TEST(window, goes_round) {
    window sent{3, 1};
    for (std::uint64_t number = 0; number < 100; ++number) {
        sent.send(1, number);
        ASSERT_TRUE(sent.arrive(number));
        ASSERT_TRUE(sent.oldest_has_arrived());
        ASSERT_EQ(sent.finish_oldest(), number);
        ASSERT_EQ(sent.room(), 3U);
    }
}

}  // namespace
}  // namespace chatos::bench
