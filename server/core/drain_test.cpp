// The end of the server: what was accepted is answered, and every connection closes in bounded time.
#include "core/test_network.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace chatos::core::test {
namespace {

struct Drain : testing::Test {
    network net{};
    client& alice{net.join("alice")};
    client& bob{net.join("bob")};

    void drain() {
        net.core.drain(net.now);
        net.settle();
    }
};

TEST_F(Drain, idle_connections_close_at_once) {
    client& unregistered = net.connect();
    drain();
    EXPECT_TRUE(alice.saw_end() && bob.saw_end() && unregistered.saw_end());
    EXPECT_FALSE(net.core.accepts_connections());
    alice.end();
    EXPECT_TRUE(alice.is_closed());
    net.wait(milliseconds{1'000});
    EXPECT_EQ(net.core.connections(), 0U);
}

TEST_F(Drain, who_waits_and_who_is_waited_for_stay) {
    alice.send(make_sma("hi"));
    client& carol = net.connect();
    drain();
    EXPECT_TRUE(carol.saw_end());
    EXPECT_FALSE(alice.saw_end() || bob.saw_end());
    bob.answer(error_code::refused);
    EXPECT_EQ(alice.take(), packets{"ERROR 5"});
    EXPECT_TRUE(alice.saw_end() && bob.saw_end());
}

TEST_F(Drain, new_requests_are_not_accepted) {
    alice.send({make_rpm("bob"), make_spm("bob", "hi")});
    drain();
    alice.send(make_spm("bob", "too late"));
    bob.answer();
    EXPECT_EQ(alice.take(), (packets{"ERROR 0", "ERROR 0"}));
    EXPECT_EQ(bob.take(), packets{"SPM alice: hi"});
    EXPECT_TRUE(alice.saw_end());
}

TEST_F(Drain, what_is_not_answered_in_time_is_answered_4) {
    client& carol = net.join("carol");
    alice.send(make_pc("bob"));
    carol.send(make_sma("hi"));
    drain();
    net.wait(milliseconds{2'999});
    EXPECT_FALSE(alice.saw_end());
    net.wait(milliseconds{1});
    EXPECT_EQ(alice.take(), (packets{"ERROR 0", "SPM carol: hi", "ERROR 4"}));
    EXPECT_EQ(carol.take(), packets{"ERROR 4"});
    EXPECT_TRUE(alice.saw_end() && bob.saw_end() && carol.saw_end());
    net.wait(milliseconds{1'000});
    EXPECT_EQ(net.core.connections(), 0U);
}

TEST_F(Drain, who_takes_nothing_any_more_is_closed_in_the_end) {
    alice.reads(false);
    bob.send(make_sma("hi"));
    drain();
    net.wait(milliseconds{3'000});
    net.wait(milliseconds{5'000});
    EXPECT_EQ(net.core.connections(), 0U);
}

TEST_F(Drain, one_that_ended_its_input_still_gets_its_answers) {
    alice.send(make_sma("hi"));
    alice.end();
    drain();
    net.wait(milliseconds{3'000});
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
    EXPECT_TRUE(alice.is_closed());
}

TEST_F(Drain, its_end_is_a_deadline) {
    net.wait(milliseconds{20'000});
    alice.send(make_pc("bob"));  // has 30 s to decide
    drain();
    EXPECT_EQ(net.core.next_deadline(), net.now + milliseconds{3'000});
}

TEST_F(Drain, nobody_waits_for_a_late_answer) {
    alice.send(make_sma("hi"));
    net.wait(milliseconds{5'000});  // bob's answer would be late from now on
    client& carol = net.join("carol");
    carol.send(make_pc("alice"));
    drain();
    EXPECT_TRUE(bob.saw_end());
    EXPECT_FALSE(alice.saw_end());
}

TEST_F(Drain, who_runs_out_of_time_meanwhile_is_not_waited_for_any_longer) {
    client& carol = net.join("carol");
    alice.send(make_sma("hi"));
    carol.answer();
    net.wait(milliseconds{4'000});
    carol.send(make_pc("alice"));
    drain();
    net.wait(milliseconds{1'000});
    EXPECT_TRUE(bob.saw_end());
    EXPECT_FALSE(carol.saw_end());
}

TEST_F(Drain, asked_for_twice_ends_when_the_first_one_does) {
    alice.send(make_pc("bob"));
    drain();
    net.wait(milliseconds{2'000});
    drain();
    net.wait(milliseconds{1'000});
    EXPECT_TRUE(bob.saw_end());
}

TEST_F(Drain, takes_effect_at_its_moment_however_late_the_driver_wakes_up) {
    for (const bool oversleeps : {false, true}) {
        network other{{.timeouts_in_a_row_max = 1}};
        client& first = other.join("first");
        client& second = other.join("second");
        client& third = other.join("third");
        other.wait(milliseconds{20'000});
        first.send(make_pc("third"));
        second.send({make_rpm("first"), make_spm("first", "x")});  // its limit runs out after the end of the drain
        static_cast<void>(first.take());
        other.core.drain(other.now);
        other.settle();
        oversleeps ? other.oversleep(milliseconds{6'000}) : other.wait(milliseconds{6'000});
        EXPECT_EQ(first.take(), packets{"ERROR 4"}) << (oversleeps ? "late" : "in time");
        EXPECT_TRUE(third.saw_end());
    }
}

// How many of `users` have seen the end.
std::size_t ended(const std::vector<client*>& users) {
    return static_cast<std::size_t>(
        std::count_if(users.begin(), users.end(), [](client* user) { return user->saw_end(); }));
}

TEST(PacedDrain, many_connections_close_bit_by_bit_in_half_of_the_time) {
    network net{{.drain_timeout = milliseconds{200}}};
    net.checks_invariants = false;
    const std::vector<client*> users = net.join_many("user", 1'500);
    net.core.drain(net.now);
    net.settle();
    std::size_t before = ended(users);
    EXPECT_NEAR(static_cast<double>(before), 150, 3) << "a tenth: ten steps of 10 ms";
    while (before != users.size()) {
        net.wait(milliseconds{10});
        const std::size_t now = ended(users);
        ASSERT_GT(now, before);
        EXPECT_LE(now - before, 153U);
        before = now;
    }
    EXPECT_LE(net.now, time_point{} + milliseconds{100});
    net.checks_invariants = true;
    net.wait(milliseconds{10'000});
    EXPECT_EQ(net.core.connections(), 0U);
}

TEST(PacedDrain, a_driver_that_was_late_closes_no_more_at_once) {
    network net{{.drain_timeout = milliseconds{1'000}}};
    net.checks_invariants = false;
    const std::vector<client*> users = net.join_many("user", 1'000);
    net.core.drain(net.now);
    net.settle();
    EXPECT_EQ(ended(users), 64U);
    net.oversleep(milliseconds{400});
    EXPECT_EQ(ended(users), 128U);
}

TEST(PacedDrain, requests_are_not_accepted_while_a_connection_waits_for_its_turn) {
    network net{{.drain_timeout = milliseconds{1'000}}};
    net.checks_invariants = false;
    const std::vector<client*> users = net.join_many("user", 200);
    net.core.drain(net.now);
    net.settle();
    ASSERT_FALSE(users.back()->saw_end());
    users.back()->send(make_rpm("user0"));
    EXPECT_EQ(users.back()->take(), packets{});
    net.wait(milliseconds{30});
    EXPECT_TRUE(users.back()->saw_end());
}

}  // namespace
}  // namespace chatos::core::test
