// ALL: a message to all users.
#include "core/test_network.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace chatos::core::test {
namespace {

struct MessageToAll : testing::Test {
    network net{};
    client& alice{net.join("alice")};
    client& bob{net.join("bob")};
    client& carol{net.join("carol")};
};

TEST_F(MessageToAll, ALL_1_everybody_else_receives_it_from_the_sender) {
    alice.send(make_sma("hi"));
    EXPECT_EQ(bob.take(), packets{"SPM alice: hi"});
    EXPECT_EQ(carol.take(), packets{"SPM alice: hi"});
}

TEST(MessageToAllTime, a_message_to_all_may_have_a_time_limit_of_its_own) {
    for (const int limit_ms : {1'000, 20'000}) {
        network net{{.sma_answer_timeout = milliseconds{limit_ms}}};
        client& alice = net.join("alice");
        client& bob = net.join("bob");
        static_cast<void>(net.join("sloth"));
        alice.send(make_rpm("sloth"));
        alice.send(make_sma("hi"));
        bob.answer();
        static_cast<void>(alice.take());
        net.wait(milliseconds{limit_ms - 1});
        EXPECT_EQ(alice.take(), packets{});
        net.wait(milliseconds{1});
        EXPECT_EQ(alice.take(), packets{"ERROR 4"});
        alice.send(make_spm("sloth", "hi"));
        net.wait(milliseconds{4'999});
        EXPECT_EQ(alice.take(), packets{}) << "a personal one keeps its own";
        net.wait(milliseconds{1});
        EXPECT_EQ(alice.take(), packets{"ERROR 4"});
    }
}

// FLOW-7: whatever the limits of their kinds, deliveries run out in the order in which they were sent.
TEST(MessageToAllTime, deliveries_of_both_kinds_run_out_in_order_and_each_has_its_limit_once_it_is_the_oldest) {
    network net{{.sma_answer_timeout = milliseconds{1'000}}};
    client& alice = net.join("alice");
    client& carol = net.join("carol");
    static_cast<void>(net.join("sloth"));
    carol.send({make_rpm("sloth"), make_spm("sloth", "personal")});
    static_cast<void>(carol.take());
    alice.send(make_sma("to all"));
    carol.answer();
    net.wait(milliseconds{4'999});
    EXPECT_EQ(alice.take(), packets{}) << "it waits behind the personal message";
    net.wait(milliseconds{1});
    EXPECT_EQ(carol.take(), (packets{"SPM alice: to all", "ERROR 4"}));
    net.wait(milliseconds{999});
    EXPECT_EQ(alice.take(), packets{});
    net.wait(milliseconds{1});
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
}

TEST_F(MessageToAll, ALL_2_the_sender_does_not) {
    alice.send(make_sma("hi"));
    EXPECT_EQ(alice.take(), packets{});
}

TEST_F(MessageToAll, ALL_3_the_answer_waits_for_the_last_recipient) {
    alice.send(make_sma("hi"));
    bob.answer();
    EXPECT_EQ(alice.take(), packets{});
    carol.answer();
    EXPECT_EQ(alice.take(), packets{"ERROR 0"}) << "ALL_4: all answered 0";
}

// A message to more users than one turn has work for, and what comes meanwhile.
struct MessageToMany : testing::Test {
    network net{{.work_per_turn_max = 4}};
    client& alice{net.join("alice")};
    std::vector<client*> crowd{net.join_many("user", 40)};
};

TEST_F(MessageToMany, ALL_1_reaches_everybody_in_bounded_pieces) {
    alice.send_without_turn(make_sma("hi"));
    const std::uint64_t deliveries = net.core.count().deliveries_made;
    EXPECT_LE(deliveries, 4U);
    net.settle();
    EXPECT_EQ(net.core.count().deliveries_made, 40U);
    for (client* user : crowd) {
        EXPECT_EQ(user->take(), packets{"SPM alice: hi"});
    }
}

TEST_F(MessageToMany, nothing_overtakes_it) {
    alice.send({make_rpm("user39")});
    alice.send_without_turn(make_sma("1"));
    crowd[0]->send_without_turn(make_sma("2"));
    alice.send_without_turn(make_spm("user39", "3"));
    net.settle();
    EXPECT_EQ(crowd[39]->take(), (packets{"SPM alice: 1", "SPM user0: 2", "SPM alice: 3"}));
}

TEST_F(MessageToMany, ALL_8_the_recipients_are_those_of_the_moment_of_processing) {
    client& late = net.connect();
    alice.send_without_turn(make_sma("hi"));
    late.send_without_turn(make_cr("late"));
    net.settle();
    EXPECT_EQ(late.take(), packets{"ERROR 0"});
    for (client* user : crowd) {
        user->answer();
    }
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
}

TEST_F(MessageToMany, ALL_9_a_recipient_that_leaves_before_its_turn_counts_as_4) {
    alice.send_without_turn(make_sma("hi"));
    crowd.back()->reset();
    ASSERT_FALSE(HasFatalFailure());
    for (client* user : crowd) {
        EXPECT_EQ(user->take(), user == crowd.back() ? packets{} : packets{"SPM alice: hi"});
        user->answer();
    }
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
}

TEST_F(MessageToMany, a_sender_that_leaves_meanwhile_has_still_sent_it) {
    alice.send_without_turn(make_sma("hi"));
    alice.reset();
    for (client* user : crowd) {
        EXPECT_EQ(user->take(), packets{"SPM alice: hi"});
    }
}

// The driver may stop after any of the changes: neither list keeps the other waiting.
TEST_F(MessageToMany, a_driver_that_stops_in_the_middle_meets_its_recipients_and_others) {
    client& bob = net.join("bob");
    alice.send_without_turn(make_sma("hi"));
    bool bulk = false;
    bool prompt = false;
    for (int i = 0; i < 3; ++i) {
        net.core.run(net.now);
        bob.send_without_turn(make_rpm("alice"));
        const auto changed = net.core.next_changed();
        ASSERT_TRUE(changed.has_value());
        prompt = prompt || *changed == bob.id();
        bulk = bulk || *changed != bob.id();
    }
    EXPECT_TRUE(prompt) << "others do not wait for the message to all";
    EXPECT_TRUE(bulk) << "the message to all does not wait until others are silent";
}

TEST_F(MessageToMany, others_are_served_meanwhile) {
    std::string flood;
    for (int i = 0; i < 500; ++i) {
        flood += bytes_of(make_sma("m"));
    }
    crowd[0]->send_without_turn(flood);
    crowd[1]->send_without_turn(bytes_of(make_rpm("alice")));
    net.turn();
    const packets received = crowd[1]->take();
    EXPECT_EQ(std::count(received.begin(), received.end(), "ERROR 0"), 1) << "in the same turn";
}

TEST_F(MessageToMany, a_flood_leaves_work_for_ordinary_requests_as_they_are_read) {
    for (std::size_t i = 1; i < 10; ++i) {
        crowd[i]->send_without_turn(make_sma("m"));
    }
    const std::uint64_t before = net.core.count().requests_answered;
    crowd[0]->send_without_turn(make_rpm("alice"));
    EXPECT_EQ(net.core.count().requests_answered, before + 1);
}

TEST_F(MessageToAll, ALL_4_all_answered_0) {
    for (int i = 0; i < 3; ++i) {
        alice.send(make_sma("hi"));
        carol.answer();
        bob.answer();
        EXPECT_EQ(alice.take(), packets{"ERROR 0"});
    }
}

TEST_F(MessageToAll, ALL_5_the_highest_code_wins_whoever_answers_first) {
    alice.send({make_sma("1"), make_sma("2")});
    bob.answer(error_code::out_of_capacity);
    carol.answer(error_code::pseudo_taken);
    carol.answer(error_code::refused);
    bob.answer(error_code::unreachable);
    EXPECT_EQ(alice.take(), (packets{"ERROR 2", "ERROR 5"}));
}

TEST_F(MessageToAll, ALL_5_who_leaves_or_runs_out_of_time_counts_as_4) {
    alice.send(make_sma("1"));
    bob.answer();
    carol.reset();
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
    alice.send(make_sma("2"));
    net.wait(milliseconds{5'000});
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
}

TEST(MessageToNobody, ALL_6_is_answered_0_at_once) {
    network net;
    client& alice = net.join("alice");
    static_cast<void>(net.connect());
    alice.send(make_sma("hi"));
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
}

TEST_F(MessageToAll, ALL_7_who_is_not_registered_receives_nothing) {
    client& unregistered = net.connect();
    alice.send(make_sma("hi"));
    EXPECT_EQ(unregistered.take(), packets{});
}

TEST_F(MessageToAll, ALL_8_who_joins_later_is_no_recipient) {
    alice.send(make_sma("hi"));
    client& dave = net.join("dave");
    EXPECT_EQ(dave.take(), packets{});
    bob.answer();
    carol.answer();
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
}

TEST_F(MessageToAll, ALL_9_who_leaves_does_not_keep_the_sender_waiting) {
    alice.send(make_sma("hi"));
    bob.end();
    carol.answer(error_code::refused);
    EXPECT_EQ(alice.take(), packets{"ERROR 5"});
}

TEST_F(MessageToAll, two_that_cross_both_end) {
    alice.send(make_sma("from alice"));
    bob.send(make_sma("from bob"));
    EXPECT_EQ(alice.take(), packets{"SPM bob: from bob"});
    EXPECT_EQ(bob.take(), packets{"SPM alice: from alice"});
    EXPECT_EQ(carol.take(), (packets{"SPM alice: from alice", "SPM bob: from bob"}));
    alice.answer();
    bob.answer();
    carol.send({make_error(error_code::ok), make_error(error_code::refused)});
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
    EXPECT_EQ(bob.take(), packets{"ERROR 5"});
}

TEST_F(MessageToAll, a_thousand_in_flight_are_answered_in_order) {
    std::string all;
    for (int i = 0; i < 1'000; ++i) {
        const std::string message = std::to_string(i);
        all += bytes_of(make_sma(message));
    }
    alice.send_bytes(all);
    for (client* recipient : {&bob, &carol}) {
        const packets received = recipient->take();
        ASSERT_EQ(received.size(), 1'000U);
        EXPECT_EQ(received.back(), "SPM alice: 999");
    }
    std::string answers;
    packets expected;
    for (int i = 0; i < 1'000; ++i) {
        const auto code = i % 3 == 0 ? error_code::ok : error_code::refused;
        answers += bytes_of(make_error(code));
        expected.push_back(i % 3 == 0 ? "ERROR 0" : "ERROR 5");
    }
    bob.send_bytes(answers);
    EXPECT_EQ(alice.take(), packets{});
    carol.send_bytes(answers);
    EXPECT_EQ(alice.take(), expected);
}

TEST_F(MessageToAll, the_sender_leaves_and_the_recipients_still_answer) {
    alice.send(make_sma("hi"));
    alice.reset();
    bob.answer();
    carol.answer();
    bob.send(make_sma("next"));
    carol.answer();
    EXPECT_EQ(bob.take(), (packets{"SPM alice: hi", "ERROR 0"}));
}

}  // namespace
}  // namespace chatos::core::test
