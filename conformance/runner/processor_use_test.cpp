#include "runner/processor_use.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

namespace chatos::conformance {
namespace {

using namespace std::chrono_literals;

TEST(ProcessorUse, of_this_process_grows_with_what_it_does) {
    const processor_use before = processor_use_of(::getpid());
    processor_use after = before;
    while (after.ran == before.ran) {  // counted at ticks of the system's clock
        after = processor_use_of(::getpid());
    }
    EXPECT_GT(after.ran, before.ran);
    EXPECT_GE(after.waited, before.waited);
}

TEST(ProcessorUse, of_nobody_is_nothing) {
    const processor_use none = processor_use_of(-1);
    EXPECT_EQ(none.ran, 0ns);
    EXPECT_EQ(none.waited, 0ns);
}

TEST(StarvedPart, is_nothing_for_one_that_sleeps_or_runs) {
    EXPECT_EQ(starved_part(20ms, {5ms, 7ms}, {5ms, 7ms}), 0ns);
    EXPECT_EQ(starved_part(20ms, {5ms, 7ms}, {25ms, 7ms}), 0ns);
}

TEST(StarvedPart, is_what_it_waited_between_sleeps) {
    EXPECT_EQ(starved_part(20ms, {0ms, 0ms}, {0ms, 4ms}), 4ms);
    EXPECT_EQ(starved_part(20ms, {1ms, 1ms}, {2ms, 5ms}), 4ms);
}

TEST(StarvedPart, is_all_for_one_that_never_got_its_turn) {
    EXPECT_EQ(starved_part(20ms, {5ms, 7ms}, {5ms, 27ms}), 20ms);
    EXPECT_EQ(starved_part(20ms, {5ms, 7ms}, {5ms, 107ms}), 20ms) << "five threads";
}

TEST(StarvedPart, is_a_share_for_many_threads_that_are_always_busy) {
    EXPECT_EQ(starved_part(20ms, {0ms, 0ms}, {20ms, 60ms}), 15ms);
}

TEST(StarvedPart, is_never_less_than_nothing_when_threads_end) {
    EXPECT_EQ(starved_part(20ms, {50ms, 70ms}, {10ms, 20ms}), 0ns);
    EXPECT_EQ(starved_part(20ms, {50ms, 70ms}, {10ms, 71ms}), 1ms);
}

}  // namespace
}  // namespace chatos::conformance
