// options::requests_per_second_max: a client that asks faster waits, and loses nothing.
#include "core/test_network.hpp"

#include <gtest/gtest.h>

namespace chatos::core::test {
namespace {

struct RequestRate : testing::Test {
    network net{{.requests_per_second_max = 10}};
    client& alice{net.join("alice")};  // takes a token, as every request
    client& bob{net.join("bob")};

    void SetUp() override { net.wait(milliseconds{1'000}); }
};

TEST_F(RequestRate, a_seconds_worth_is_answered_at_once_and_the_rest_at_the_rate) {
    for (int i = 0; i < 25; ++i) {
        alice.send(make_rpm(i % 2 == 0 ? "bob" : "nobody"));
    }
    EXPECT_EQ(alice.take().size(), 10U);
    EXPECT_FALSE(net.core.wants_input(alice.id())) << "it is not read meanwhile";
    net.wait(milliseconds{99});
    EXPECT_EQ(alice.take().size(), 0U);
    net.wait(milliseconds{1});
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
    net.wait(milliseconds{1'300});
    EXPECT_EQ(alice.take().size(), 13U);
    net.wait(milliseconds{100});
    EXPECT_EQ(alice.take(), packets{"ERROR 0"}) << "none was lost, none refused";
    EXPECT_TRUE(net.core.wants_input(alice.id()));
    EXPECT_EQ(net.core.count().requests_answered, 27U);
    EXPECT_EQ(net.core.count().requests_delayed, 15U);
}

TEST_F(RequestRate, of_one_client_is_not_that_of_another) {
    for (int i = 0; i < 20; ++i) {
        alice.send(make_rpm("bob"));
    }
    bob.send(make_rpm("alice"));
    EXPECT_EQ(bob.take(), packets{"ERROR 0"});
}

TEST_F(RequestRate, answers_count_for_nothing_and_clocks_run_on) {
    bob.send(make_rpm("alice"));
    for (int i = 0; i < 9; ++i) {
        bob.send(make_spm("alice", "hi"));
    }
    EXPECT_EQ(alice.take().size(), 9U);
    for (int i = 0; i < 8; ++i) {
        alice.answer();
    }
    EXPECT_EQ(bob.take().size(), 9U) << "eight answers cost nothing";
    for (int i = 0; i < 60; ++i) {
        alice.send(make_rpm("bob"));
    }
    EXPECT_EQ(alice.take().size(), 10U) << "all of its tokens are left";
    alice.answer();  // comes after requests that wait for five seconds
    EXPECT_EQ(bob.take(), packets{});
    net.wait(milliseconds{5'000});
    EXPECT_EQ(bob.take(), packets{"ERROR 4"}) << "PM-8";
    EXPECT_FALSE(alice.saw_end());
}

TEST_F(RequestRate, an_unfinished_packet_and_single_bytes_change_nothing) {
    net.segment_bytes = 1;
    for (int i = 0; i < 12; ++i) {
        alice.send(make_rpm("bob"));
    }
    alice.send_bytes(bytes_of(make_rpm("bob")).substr(0, 4));
    EXPECT_EQ(alice.take().size(), 10U);
    net.wait(milliseconds{200});
    EXPECT_EQ(alice.take().size(), 2U);
    alice.send_bytes(bytes_of(make_rpm("bob")).substr(4));
    EXPECT_EQ(alice.take().size(), 0U);
    net.wait(milliseconds{100});
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
}

TEST_F(RequestRate, an_end_of_input_takes_effect_after_what_was_sent_before_it) {
    for (int i = 0; i < 12; ++i) {
        alice.send(make_rpm("bob"));
    }
    alice.end();
    EXPECT_EQ(alice.take().size(), 10U);
    net.wait(milliseconds{200});
    EXPECT_EQ(alice.take().size(), 2U);
    EXPECT_TRUE(alice.is_closed());
}

TEST_F(RequestRate, one_that_leaves_or_is_drained_while_it_waits_leaves_nothing_behind) {
    for (int i = 0; i < 20; ++i) {
        alice.send(make_rpm("bob"));
        bob.send(make_rpm("alice"));
    }
    alice.reset();
    net.wait(milliseconds{50});
    net.core.drain(net.now);
    net.settle();
    EXPECT_TRUE(bob.saw_end());
    net.wait(milliseconds{10'000});
    EXPECT_EQ(net.core.connections(), 0U);
}

TEST_F(RequestRate, does_not_count_the_two_packets_of_a_tunnel_end) {
    network slow{{.requests_per_second_max = 1}};
    client& asking = slow.join("asking");
    client& peer = slow.join("peer");
    slow.wait(milliseconds{1'000});
    asking.send(make_pc("peer"));
    peer.answer();
    EXPECT_EQ(asking.take(), (packets{"ERROR 0", "ERROR 0"}));
    client& first_end = slow.connect();
    client& second_end = slow.connect();
    first_end.send({make_pc("asking"), make_pc("peer")});
    second_end.send({make_pc("peer"), make_pc("asking")});
    EXPECT_EQ(first_end.take(), packets{"ERROR 0"});
    EXPECT_EQ(second_end.take(), packets{"ERROR 0"});
}

TEST(TokenBucket, gives_a_seconds_worth_and_then_one_at_a_time) {
    token_bucket bucket;
    time_point now{std::chrono::hours{1}};
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(bucket.take(now, 3));
    }
    EXPECT_FALSE(bucket.take(now, 3));
    EXPECT_LE(bucket.available_at(3) - now, milliseconds{334});
    now = bucket.available_at(3);
    EXPECT_TRUE(bucket.take(now, 3));
    EXPECT_FALSE(bucket.take(now, 3));
    EXPECT_TRUE(bucket.take(now, 0)) << "no limit";
    int taken = 0;
    for (int ms = 0; ms < 10'000; ++ms) {
        now += milliseconds{1};
        taken += bucket.take(now, 3) ? 1 : 0;
    }
    EXPECT_NEAR(taken, 30, 1);
}

}  // namespace
}  // namespace chatos::core::test
