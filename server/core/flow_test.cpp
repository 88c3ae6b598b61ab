// FLOW: order, time limits, and ends of input. Also WIRE-13: how bytes are split never matters.
#include "core/test_network.hpp"

#include <gtest/gtest.h>

namespace chatos::core::test {
namespace {

struct Flow : testing::Test {
    network net{};
    client& alice{net.join("alice")};
    client& bob{net.join("bob")};

    // alice may write to bob, and bob to alice.
    void SetUp() override {
        alice.send(make_rpm("bob"));
        bob.send(make_rpm("alice"));
        static_cast<void>(alice.take());
        static_cast<void>(bob.take());
    }
};

TEST_F(Flow, FLOW_1_answers_come_in_the_order_of_the_requests) {
    alice.send({make_spm("bob", "hi"), make_rpm("nobody"), make_cr("bob")});
    EXPECT_EQ(alice.take(), packets{}) << "the later ones are settled, but not next";
    bob.answer();
    EXPECT_EQ(alice.take(), (packets{"ERROR 0", "ERROR 4", "ERROR 1"}));
}

TEST_F(Flow, FLOW_1_both_answers_of_a_pc_come_before_any_later_answer) {
    alice.send({make_spm("bob", "hi"), make_pc("bob"), make_rpm("nobody")});
    EXPECT_EQ(alice.take(), packets{});
    bob.answer();
    EXPECT_EQ(alice.take(), (packets{"ERROR 0", "ERROR 0"})) << "the message's, and the offer's first";
    bob.answer(error_code::refused);
    EXPECT_EQ(alice.take(), (packets{"ERROR 5", "ERROR 4"}));
}

TEST_F(Flow, FLOW_1_a_pc_decided_before_its_turn_is_answered_twice_in_its_turn) {
    client& carol = net.join("carol");
    alice.send({make_spm("bob", "hi"), make_pc("carol")});
    carol.answer(error_code::refused);
    EXPECT_EQ(alice.take(), packets{});
    bob.answer();
    EXPECT_EQ(alice.take(), (packets{"ERROR 0", "ERROR 0", "ERROR 5"}));
}

TEST_F(Flow, FLOW_2_an_answer_belongs_to_the_oldest_delivery) {
    client& carol = net.join("carol");
    carol.send(make_rpm("bob"));
    static_cast<void>(carol.take());
    alice.send(make_spm("bob", "first"));
    carol.send(make_spm("bob", "second"));
    bob.answer(error_code::pseudo_taken);
    EXPECT_EQ(alice.take(), packets{"ERROR 1"});
    EXPECT_EQ(carol.take(), packets{});
    bob.answer(error_code::refused);
    EXPECT_EQ(carol.take(), packets{"ERROR 5"});
}

TEST_F(Flow, FLOW_3_an_answer_that_nobody_asked_for_is_ignored) {
    bob.send({make_error(error_code::ok), make_error(error_code::refused)});
    alice.send(make_spm("bob", "hi"));
    EXPECT_EQ(alice.take(), packets{});
    bob.answer(error_code::pseudo_taken);
    EXPECT_EQ(alice.take(), packets{"ERROR 1"});
    EXPECT_EQ(net.core.count().answers_unasked, 2U);
}

TEST_F(Flow, FLOW_3_an_ack_storm_changes_nothing) {
    std::string storm;
    for (int i = 0; i < 100'000; ++i) {
        storm += bytes_of(make_error(error_code::ok));
    }
    bob.send_bytes(storm);
    EXPECT_EQ(bob.unsent_bytes(), 0U);
    EXPECT_EQ(net.core.count().answers_unasked, 100'000U);
    EXPECT_EQ(bob.take(), packets{});
}

TEST_F(Flow, FLOW_4_a_late_answer_uses_up_its_own_place_only) {
    alice.send(make_spm("bob", "first"));
    net.wait(milliseconds{5'000});
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
    alice.send(make_spm("bob", "second"));
    bob.answer(error_code::refused);
    EXPECT_EQ(alice.take(), packets{}) << "that was for the first";
    bob.answer();
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
    EXPECT_EQ(net.core.count().answers_late, 1U);
}

TEST_F(Flow, FLOW_5_requests_take_effect_in_order_without_waiting_for_answers) {
    client& carol = net.join("carol");
    alice.send({make_spm("bob", "hi"), make_rpm("carol"), make_spm("carol", "hi"), make_sma("all")});
    EXPECT_EQ(bob.take(), (packets{"SPM alice: hi", "SPM alice: all"}));
    EXPECT_EQ(carol.take(), (packets{"SPM alice: hi", "SPM alice: all"}));
}

TEST_F(Flow, FLOW_5_beyond_the_bound_the_client_is_not_read_and_clocks_run_on) {
    std::string flood;
    for (int i = 0; i < 3'000; ++i) {
        flood += bytes_of(make_spm("bob", "x"));
    }
    alice.send_bytes(flood);
    EXPECT_FALSE(net.core.wants_input(alice.id()));
    EXPECT_GE(net.core.count().requests_pending, 1'024U);
    EXPECT_LT(net.core.count().requests_pending, 3'000U);
    const std::uint64_t pending = net.core.count().requests_pending;
    net.wait(milliseconds{5'000});
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
    EXPECT_EQ(net.core.count().requests_pending, pending) << "one was answered, so one more was read";
    for (int i = 0; i < 3'000; ++i) {
        bob.answer();
    }
    EXPECT_EQ(alice.take().size(), 2'999U);
    EXPECT_EQ(alice.unsent_bytes(), 0U);
}

TEST_F(Flow, FLOW_6_two_who_write_to_each_other_at_once_both_get_their_answers) {
    alice.send(make_spm("bob", "hi"));
    bob.send(make_spm("alice", "hi"));
    bob.answer(error_code::ok);
    alice.answer(error_code::refused);
    EXPECT_EQ(alice.take(), (packets{"SPM bob: hi", "ERROR 0"}));
    EXPECT_EQ(bob.take(), (packets{"SPM alice: hi", "ERROR 5"}));
}

TEST_F(Flow, FLOW_7_a_message_behind_another_has_its_full_time) {
    alice.send({make_spm("bob", "first"), make_spm("bob", "second")});
    net.wait(milliseconds{4'000});
    bob.answer();
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
    net.wait(milliseconds{4'999});
    EXPECT_EQ(alice.take(), packets{});
    net.wait(milliseconds{1});
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
}

TEST_F(Flow, FLOW_7_a_slow_decision_does_not_fail_the_message_behind_it) {
    client& carol = net.join("carol");
    carol.send(make_rpm("bob"));
    static_cast<void>(carol.take());
    alice.send(make_pc("bob"));
    carol.send(make_spm("bob", "hi"));
    net.wait(milliseconds{20'000});
    EXPECT_EQ(carol.take(), packets{});
    bob.send({make_error(error_code::ok), make_error(error_code::ok)});
    EXPECT_EQ(carol.take(), packets{"ERROR 0"});
}

TEST_F(Flow, FLOW_7_after_a_time_out_the_next_limit_starts_at_that_moment) {
    alice.send({make_spm("bob", "1"), make_spm("bob", "2"), make_spm("bob", "3")});
    net.oversleep(milliseconds{12'000});  // 5 s and 10 s lie within
    EXPECT_EQ(alice.take(), (packets{"ERROR 4", "ERROR 4"}));
    net.wait(milliseconds{2'999});
    EXPECT_EQ(alice.take(), packets{});
    net.wait(milliseconds{1});
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
}

TEST_F(Flow, FLOW_7_a_delivery_behind_timed_out_ones_has_its_time_from_when_it_was_sent) {
    alice.send(make_spm("bob", "1"));
    net.wait(milliseconds{8'000});
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
    alice.send(make_spm("bob", "2"));
    net.wait(milliseconds{4'999});
    EXPECT_EQ(alice.take(), packets{});
    net.wait(milliseconds{1});
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
}

TEST_F(Flow, FLOW_7_no_delivery_outlives_one_pc_limit_plus_one_answer_limit) {
    // Seven timeouts are 35 s after the first was sent, which is the most that later ones get.
    std::string all;
    for (int i = 0; i < 8; ++i) {
        const std::string message = std::to_string(i);
        all += bytes_of(make_spm("bob", message));
    }
    net.wait(milliseconds{1'000});
    alice.send_bytes(all);
    net.wait(milliseconds{34'999});
    EXPECT_EQ(alice.take().size(), 6U);
    net.wait(milliseconds{1});
    EXPECT_EQ(alice.take().size(), 2U);
}

TEST_F(Flow, FLOW_7_an_answer_within_the_time_counts_even_when_the_driver_woke_up_late) {
    alice.send(make_spm("bob", "hi"));
    net.now += milliseconds{4'999};
    bob.answer();
    net.oversleep(milliseconds{60'000});
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
}

TEST_F(Flow, FLOW_8_end_of_input_ends_the_session_and_due_answers_still_come) {
    client& carol = net.join("carol");
    carol.send({make_rpm("alice"), make_spm("alice", "for alice")});
    alice.send({make_spm("bob", "hi"), make_rpm("nobody"), make_pc("bob")});
    alice.end();
    EXPECT_EQ(carol.take(), (packets{"ERROR 0", "ERROR 4"})) << "what alice owed is settled";
    carol.send({make_sma("late"), make_rpm("alice")});
    EXPECT_EQ(alice.take(), packets{"SPM carol: for alice"}) << "and it gets no more";
    EXPECT_FALSE(alice.saw_end());
    bob.answer();
    EXPECT_EQ(alice.take(), (packets{"ERROR 0", "ERROR 4", "ERROR 0"}));
    EXPECT_FALSE(alice.saw_end());
    bob.answer(error_code::refused);
    EXPECT_EQ(alice.take(), packets{"ERROR 5"});
    EXPECT_TRUE(alice.is_closed());
    bob.answer();
    EXPECT_EQ(carol.take(), (packets{"ERROR 0", "ERROR 4"})) << "nobody is called alice any more";
}

TEST_F(Flow, FLOW_8_an_answer_that_fell_due_while_the_driver_slept_is_still_sent) {
    alice.send({make_rpm("bob"), make_spm("bob", "hi")});
    alice.end();
    net.oversleep(milliseconds{60'000});  // far beyond the time for taking it
    EXPECT_EQ(alice.take(), (packets{"ERROR 0", "ERROR 4"}));
    EXPECT_TRUE(alice.is_closed());
}

TEST_F(Flow, FLOW_8_a_pseudo_is_free_while_answers_are_still_due) {
    alice.send(make_spm("bob", "hi"));
    alice.end();
    client& other = net.join("alice");
    bob.answer();
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
    EXPECT_EQ(other.take(), packets{});
}

TEST_F(Flow, FLOW_8_requests_sent_just_before_the_end_are_served) {
    client& carol = net.connect();
    carol.send({make_cr("carol"), make_rpm("bob"), make_spm("bob", "last words")});
    carol.end();
    bob.answer();
    EXPECT_EQ(carol.take(), (packets{"ERROR 0", "ERROR 0", "ERROR 0"}));
    EXPECT_TRUE(carol.is_closed());
}

TEST_F(Flow, FLOW_8_end_of_input_inside_a_packet_drops_that_packet) {
    alice.send(make_spm("bob", "hi"));
    alice.send_bytes(bytes_of(make_sma("never finished")).substr(0, 9));
    alice.end();
    EXPECT_EQ(bob.take(), packets{"SPM alice: hi"});
    bob.answer();
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
    EXPECT_TRUE(alice.is_closed());
}

TEST_F(Flow, FLOW_9_deliveries_are_sent_at_once) {
    alice.send({make_spm("bob", "1"), make_spm("bob", "2")});
    EXPECT_EQ(bob.take(), (packets{"SPM alice: 1", "SPM alice: 2"}));
}

TEST_F(Flow, FLOW_10_eight_time_outs_in_a_row_close_the_recipient) {
    for (int i = 0; i < 7; ++i) {
        alice.send(make_spm("bob", "hi"));
        net.wait(milliseconds{5'000});
    }
    EXPECT_FALSE(bob.saw_end());
    alice.send({make_spm("bob", "the last straw"), make_spm("bob", "behind it")});
    net.wait(milliseconds{5'000});
    EXPECT_TRUE(bob.saw_end());
    EXPECT_EQ(alice.take(), packets(9, "ERROR 4"));
    alice.send(make_rpm("bob"));
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
}

TEST_F(Flow, FLOW_10_an_answer_in_time_starts_the_count_anew_a_late_one_does_not) {
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 7; ++i) {
            alice.send(make_spm("bob", "hi"));
            net.wait(milliseconds{5'000});
            bob.answer();  // late
        }
        EXPECT_FALSE(bob.saw_end());
        if (round == 0) {
            alice.send(make_spm("bob", "hi"));
            bob.answer();  // in time
        }
    }
    alice.send(make_spm("bob", "hi"));
    net.wait(milliseconds{5'000});
    EXPECT_TRUE(bob.saw_end());
}

TEST_F(Flow, FLOW_10_what_runs_out_behind_an_undecided_offer_is_not_counted) {
    client& carol = net.join("carol");
    carol.send({make_rpm("bob"), make_pc("bob")});
    for (int i = 0; i < 20; ++i) {
        carol.send(make_spm("bob", "behind"));
        alice.send(make_sma("behind"));
        carol.answer();
        net.wait(milliseconds{1'000});
    }
    net.wait(milliseconds{60'000});
    EXPECT_FALSE(bob.saw_end());
    EXPECT_EQ(net.core.count().deliveries_timed_out, 41U) << "the offer, and all behind it";
    for (int i = 0; i < 41; ++i) {
        bob.answer();  // late
    }
    alice.send(make_spm("bob", "hi"));
    bob.answer();
    EXPECT_EQ(alice.take().back(), "ERROR 0");
}

TEST_F(Flow, FLOW_10_offers_that_run_out_and_what_is_sent_after_them_count) {
    alice.send(make_pc("bob"));
    alice.send(make_spm("bob", "behind it"));
    net.wait(milliseconds{60'000});
    for (int i = 0; i < 6; ++i) {
        alice.send(make_spm("bob", "hi"));
        net.wait(milliseconds{5'000});
    }
    EXPECT_FALSE(bob.saw_end());
    alice.send(make_pc("bob"));
    net.wait(milliseconds{30'000});
    EXPECT_TRUE(bob.saw_end()) << "two offers and six messages";
}

TEST(Segmentation, WIRE_13_every_split_gives_the_same_conversation) {
    for (const std::size_t segment_bytes : {1U, 2U, 3U, 5U, 7U, 16U, 61U, 65'536U}) {
        network net;
        net.segment_bytes = segment_bytes;
        client& bob = net.join("bob");
        client& alice = net.connect();
        const std::string message(100, 'x');
        alice.send({make_cr("alice"), make_rpm("bob"), make_spm("bob", message), make_sma(""), make_pc("bob"),
                    make_error(error_code::ok), make_rpm("nobody")});
        EXPECT_EQ(bob.take(), (packets{"SPM alice: " + message, "SPM alice: ", "PC alice"}));
        bob.send({make_error(error_code::pseudo_taken), make_error(error_code::ok), make_error(error_code::refused)});
        EXPECT_EQ(alice.take(), (packets{"ERROR 0", "ERROR 0", "ERROR 1", "ERROR 0", "ERROR 0", "ERROR 5", "ERROR 4"}))
            << segment_bytes << " bytes at a time";
    }
}

TEST(Segmentation, WIRE_13_output_taken_byte_by_byte_arrives_whole) {
    network net;
    client& alice = net.join("alice");
    client& bob = net.join("bob");
    bob.reads_at_most(1);
    alice.send({make_sma("one"), make_sma("two")});
    EXPECT_EQ(bob.take(), (packets{"SPM alice: one", "SPM alice: two"}));
}

TEST_F(Flow, FLOW_7_a_message_behind_an_offer_has_its_own_limit_once_the_offer_is_decided) {
    client& carol = net.join("carol");
    carol.send(make_pc("bob"));
    alice.send(make_spm("bob", "hi"));
    bob.answer();  // decides the offer; the wake-up for it lies 30 s ahead
    EXPECT_EQ(net.core.next_deadline(), net.now + milliseconds{5'000});
    net.wait(milliseconds{5'000});
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
}

TEST_F(Flow, FLOW_4_a_late_answer_does_not_give_the_next_delivery_more_time) {
    alice.send({make_sma("1"), make_sma("2")});
    net.wait(milliseconds{8'000});
    bob.answer();
    net.wait(milliseconds{2'000});
    EXPECT_EQ(alice.take(), packets(2, "ERROR 4"));
}

TEST_F(Flow, FLOW_4_a_late_decision_is_not_counted_for_the_next_offer) {
    alice.send(make_pc("bob"));
    net.wait(milliseconds{30'000});
    bob.answer(error_code::refused);
    static_cast<void>(alice.take());
    alice.send(make_pc("bob"));
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
}

TEST_F(Flow, FLOW_10_who_never_answers_is_closed_without_an_error) {
    network strict{{.timeouts_in_a_row_max = 1}};
    client& sender = strict.join("sender");
    client& silent = strict.join("silent");
    sender.send(make_sma("x"));
    strict.wait(milliseconds{5'000});
    EXPECT_EQ(silent.take(), packets{"SPM sender: x"});
    EXPECT_TRUE(silent.saw_end());
}

TEST_F(Flow, ERR_4_a_delivery_that_runs_out_of_time_is_not_blamed_on_an_unfinished_packet) {
    alice.send(make_sma("x"));
    net.wait(milliseconds{4'000});
    bob.send_bytes("\x04");
    net.wait(milliseconds{1'000});
    EXPECT_FALSE(bob.saw_end());
}

TEST_F(Flow, ERR_4_every_packet_has_its_own_time) {
    net.wait(milliseconds{1'000});
    bob.send_bytes("\x04");
    bob.send_bytes(std::string(4, '\0'));
    alice.answer();
    net.wait(milliseconds{8'000});
    bob.send_bytes("\x04");
    net.wait(milliseconds{5'000});
    EXPECT_FALSE(bob.saw_end());
}

TEST_F(Flow, deliveries_are_counted_by_what_settled_them) {
    alice.send(make_sma("x"));
    bob.reset();
    EXPECT_EQ(net.core.count().deliveries_recipient_left, 1U);
    EXPECT_EQ(net.core.count().deliveries_timed_out, 0U);
}

TEST_F(Flow, a_moment_before_the_last_one_counts_as_the_last_one) {
    net.wait(milliseconds{20'000});
    net.core.advance(net.now);
    const time_point latest = net.now;
    net.now -= milliseconds{4'000};
    net.core.advance(net.now);
    alice.send(make_sma("x"));
    net.now = latest;
    net.wait(milliseconds{4'999});
    EXPECT_EQ(alice.take(), packets{}) << "bob has all of his five seconds";
    net.wait(milliseconds{1});
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
}

// The driver's clock is ahead of what it has read: only limits that ended before then take effect.
TEST(FlowTime, FLOW_7_one_limit_that_ends_does_not_bring_forward_another) {
    network net;
    client& alice = net.join("alice");
    client& bob = net.join("bob");
    alice.send({make_rpm("bob"), make_spm("bob", "hi")});
    static_cast<void>(bob.take());
    net.wait(milliseconds{1'000});
    bob.send_bytes("\3");  // unfinished: its limit ends 11 s from the start, the delivery's after 5 s
    net.core.run(net.now + milliseconds{20'000});
    net.core.advance(net.now + milliseconds{4'000});
    EXPECT_EQ(net.core.count().deliveries_timed_out, 1U);
    EXPECT_EQ(net.core.count().closed_slow_packet, 0U) << "its bytes may have arrived";
    net.core.advance(net.now + milliseconds{10'000});
    EXPECT_EQ(net.core.count().closed_slow_packet, 1U);
}

}  // namespace
}  // namespace chatos::core::test
