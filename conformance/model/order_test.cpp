// Messages to all users, order, timeouts and malformed input, rule by rule (ALL, FLOW, ERR).
#include "testing/manual_run.hpp"
#include "testing/model_run.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

using namespace std::chrono_literals;
using testing::lines;
using testing::model_run;
using testing::wire;
using testing::with_limits;

TEST(ModelToAll, ALL_1_ALL_2_ALL_7_reaches_every_other_registered_user) {
    model_run run;
    run.joins({"alice", "bob", "carol"});
    run.connects("unregistered");
    EXPECT_EQ(run.sends("alice", make_sma("hi")), (lines{"bob < SPM alice hi", "carol < SPM alice hi"}));
}

TEST(ModelToAll, ALL_3_ALL_4_one_answer_when_all_have_answered) {
    model_run run;
    run.joins({"alice", "bob", "carol"});
    (void)run.sends("alice", make_sma("hi"));
    EXPECT_EQ(run.answers("carol", 0), lines{});
    EXPECT_EQ(run.answers("bob", 0), (lines{"alice < ERROR 0"}));
}

TEST(ModelToAll, ALL_5_the_highest_code_wins_and_a_late_answer_counts_as_4) {
    model_run run{with_limits(100ms, 300ms, 1s)};
    run.joins({"alice", "bob", "carol"});
    (void)run.sends("alice", make_sma("hi"));
    (void)run.answers("bob", 5);
    EXPECT_EQ(run.answers("carol", 1), (lines{"alice < ERROR 5"}));
    (void)run.sends("alice", make_sma("hi"));
    (void)run.answers("bob", 1);
    EXPECT_EQ(run.wait(100ms), (lines{"alice < ERROR 4"}));
}

TEST(ModelToAll, ALL_6_without_other_users_the_answer_is_0) {
    model_run run;
    run.joins({"alice"});
    EXPECT_EQ(run.sends("alice", make_sma("hi")), (lines{"alice < ERROR 0"}));
}

TEST(ModelToAll, ALL_8_ALL_9_latecomers_get_nothing_and_who_leaves_is_not_awaited) {
    model_run run;
    run.joins({"alice", "bob"});
    (void)run.sends("alice", make_sma("hi"));
    run.connects("late");
    EXPECT_EQ(run.sends("late", make_cr("late")), (lines{"late < ERROR 0"}));
    EXPECT_EQ(run.half_closes("bob"), (lines{"alice < ERROR 4", "bob closed"}));
}

TEST(ModelFlow, FLOW_2_a_delayed_offer_is_answered_after_what_overtook_it) {
    model_run run{variant::offers_wait};
    run.joins({"alice", "bob", "carol", "dave"});
    (void)run.sends("alice", make_pc("bob"));
    EXPECT_EQ(run.sends("carol", make_pc("bob")), (lines{"carol < ERROR 0"}));
    EXPECT_EQ(run.writes("dave", "bob", "hi"), (lines{"bob < SPM dave hi"}));
    EXPECT_EQ(run.answers("bob", 5), (lines{"alice < ERROR 5", "bob < PC carol"}));
    EXPECT_EQ(run.answers("bob", 1), (lines{"dave < ERROR 1"}));
    EXPECT_EQ(run.answers("bob", 0), (lines{"carol < ERROR 0"}));
}

TEST(ModelFlow, FLOW_1_answers_come_in_the_order_of_the_requests) {
    model_run run;
    run.joins({"alice", "bob"});
    (void)run.sends("alice", make_pc("bob"));
    EXPECT_EQ(run.sends("alice", make_rpm("nobody")), lines{});
    EXPECT_EQ(run.answers("bob", 5), (lines{"alice < ERROR 5", "alice < ERROR 4"}));
}

TEST(ModelFlow, FLOW_2_FLOW_9_an_error_answers_the_oldest_delivery) {
    model_run run;
    run.joins({"alice", "bob", "carol"});
    (void)run.writes("alice", "bob", "one");
    EXPECT_EQ(run.writes("carol", "bob", "two"), (lines{"bob < SPM carol two"}));
    EXPECT_EQ(run.answers("bob", 5), (lines{"alice < ERROR 5"}));
    EXPECT_EQ(run.answers("bob", 1), (lines{"carol < ERROR 1"}));
}

TEST(ModelFlow, FLOW_9_the_next_delivery_may_wait_for_the_answer_to_the_one_before) {
    model_run run{variant::stop_and_wait};
    run.joins({"alice", "bob", "carol"});
    (void)run.writes("alice", "bob", "one");
    EXPECT_EQ(run.writes("carol", "bob", "two"), lines{});
    EXPECT_EQ(run.answers("bob", 5), (lines{"alice < ERROR 5", "bob < SPM carol two"}));
}

TEST(ModelFlow, FLOW_3_an_answer_to_nothing_is_ignored) {
    model_run run;
    run.joins({"alice", "bob"});
    EXPECT_EQ(run.answers("bob", 5), lines{});
    (void)run.writes("alice", "bob", "hi");
    EXPECT_EQ(run.answers("bob", 0), (lines{"alice < ERROR 0"}));
}

TEST(ModelFlow, FLOW_4_a_late_answer_consumes_its_own_place) {
    model_run run{with_limits(100ms, 300ms, 1s)};
    run.joins({"alice", "bob"});
    (void)run.writes("alice", "bob", "one");
    EXPECT_EQ(run.wait(100ms), (lines{"alice < ERROR 4"}));
    (void)run.sends("alice", make_spm("bob", "two"));
    EXPECT_EQ(run.answers("bob", 5), lines{});
    EXPECT_EQ(run.answers("bob", 0), (lines{"alice < ERROR 0"}));
}

TEST(ModelFlow, FLOW_5_requests_take_effect_without_waiting_up_to_a_bound) {
    model_run run;
    run.joins({"alice", "bob", "carol"});
    (void)run.writes("alice", "bob", "slow");
    for (int count = 1; count < 1'024; ++count) {
        ASSERT_TRUE(run.wants_input("alice"));
        EXPECT_EQ(run.sends("alice", make_rpm("carol")), lines{});
    }
    EXPECT_FALSE(run.wants_input("alice"));
    EXPECT_EQ(run.sends("alice", make_spm("carol", "held back")), lines{});
    const lines all = run.answers("bob", 0);
    ASSERT_EQ(all.size(), 1'025U);
    EXPECT_EQ(all.back(), "carol < SPM alice held back");
}

TEST(ModelFlow, FLOW_6_answers_are_processed_while_a_request_is_pending) {
    model_run run;
    run.joins({"alice", "bob"});
    (void)run.writes("alice", "bob", "from alice");
    (void)run.writes("bob", "alice", "from bob");
    EXPECT_EQ(run.answers("alice", 1), (lines{"bob < ERROR 1"}));
    EXPECT_EQ(run.answers("bob", 5), (lines{"alice < ERROR 5"}));
}

TEST(ModelFlow, FLOW_7_a_timeout_starts_when_the_delivery_is_the_oldest) {
    model_run run{with_limits(100ms, 1s, 10s)};
    run.joins({"alice", "bob", "carol"});
    (void)run.sends("carol", make_pc("bob"));
    (void)run.writes("alice", "bob", "later");
    EXPECT_EQ(run.wait(500ms), lines{});
    EXPECT_EQ(run.answers("bob", 5), (lines{"carol < ERROR 5"}));
    EXPECT_EQ(run.wait(99ms), lines{});
    EXPECT_EQ(run.wait(1ms), (lines{"alice < ERROR 4"}));
}

TEST(ModelFlow, FLOW_7_a_queued_delivery_has_a_latest_deadline) {
    model_run run{with_limits(100ms, 200ms, 10s)};
    run.joins({"alice", "bob", "carol"});
    (void)run.sends("carol", make_pc("bob"));
    (void)run.writes("alice", "bob", "one");
    (void)run.sends("alice", make_spm("bob", "two"));
    EXPECT_EQ(run.wait(200ms), (lines{"carol < ERROR 4"}));
    EXPECT_EQ(run.wait(100ms), (lines{"alice < ERROR 4", "alice < ERROR 4"}));
}

TEST(ModelFlow, FLOW_8_a_half_close_ends_the_session_and_answers_are_still_sent) {
    model_run run;
    run.joins({"alice", "bob", "carol"});
    (void)run.writes("alice", "bob", "last words");
    (void)run.writes("carol", "alice", "never answered");
    EXPECT_EQ(run.half_closes("alice"), (lines{"carol < ERROR 4"}));
    EXPECT_EQ(run.sends("carol", make_rpm("alice")), (lines{"carol < ERROR 4"}));
    EXPECT_EQ(run.sends("carol", make_sma("hi")), (lines{"bob < SPM carol hi"}));
    EXPECT_EQ(run.answers("bob", 5), (lines{"alice < ERROR 5", "alice closed"}));
}

TEST(ModelFlow, FLOW_10_eight_timeouts_in_a_row_close_the_connection_or_not) {
    const model_settings settings = with_limits(100ms, 300ms, 10s);
    model_settings lenient = settings;
    lenient.wire.variants.add(variant::silent_users_stay);
    for (const bool stays : {false, true}) {
        model_run run{stays ? lenient : settings};
        run.joins({"alice", "bob"});
        (void)run.sends("alice", make_rpm("bob"));
        lines last;
        for (int count = 0; count < 8; ++count) {
            (void)run.sends("alice", make_spm("bob", "anybody?"));
            last = run.wait(100ms);
        }
        EXPECT_EQ(last, stays ? (lines{"alice < ERROR 4"}) : (lines{"alice < ERROR 4", "bob closed"}));
    }
}

TEST(ModelErrors, ERR_1_ERR_2_a_malformed_packet_has_no_effect_and_settled_answers_come_first) {
    model_run run;
    run.joins({"alice", "bob"});
    EXPECT_EQ(run.sends_bytes("alice", wire(make_rpm("bob")) + "\x09" + wire(make_sma("hi"))),
              (lines{"alice < ERROR 0", "alice < ERROR 5", "alice closed"}));
    model_run silent{variant::closes_without_error};
    silent.joins({"alice"});
    EXPECT_EQ(silent.sends_bytes("alice", "\x09"), (lines{"alice closed"}));
}

TEST(ModelErrors, ERR_2_pending_requests_are_abandoned_and_deliveries_stand) {
    model_run run;
    run.joins({"alice", "bob"});
    (void)run.writes("alice", "bob", "hi");
    EXPECT_EQ(run.sends_bytes("alice", "\x09"), (lines{"alice < ERROR 5", "alice closed"}));
    EXPECT_EQ(run.answers("bob", 0), lines{});
}

TEST(ModelErrors, ERR_3_others_go_on) {
    model_run run;
    run.joins({"alice", "bob", "mallory"});
    (void)run.writes("alice", "mallory", "hi");
    EXPECT_EQ(run.sends_bytes("mallory", "\x09"), (lines{"alice < ERROR 4", "mallory < ERROR 5", "mallory closed"}));
    EXPECT_EQ(run.writes("alice", "bob", "hi"), (lines{"bob < SPM alice hi"}));
}

TEST(ModelErrors, ERR_4_logins_and_packets_have_a_limit) {
    model_run run{with_limits(1s, 1s, 300ms)};
    run.connects("idle");
    run.joins({"alice"});
    EXPECT_EQ(run.wait(200ms), lines{});
    EXPECT_EQ(run.sends_bytes("alice", "\x04"), lines{});
    EXPECT_EQ(run.wait(100ms), (lines{"idle < ERROR 5", "idle closed"}));
    EXPECT_EQ(run.wait(199ms), lines{});
    EXPECT_EQ(run.wait(1ms), (lines{"alice < ERROR 5", "alice closed"}));
}

TEST(ModelErrors, ERR_5_everything_is_put_out_before_the_close) {
    model_run run;
    run.joins({"mallory"});
    const lines all = run.sends_bytes("mallory", wire(make_rpm("nobody")) + wire(make_rpm("mallory")) + "\x09");
    EXPECT_EQ(all, (lines{"mallory < ERROR 4", "mallory < ERROR 0", "mallory < ERROR 5", "mallory closed"}));
}

TEST(ModelErrors, what_comes_for_a_closed_connection_does_nothing) {
    model_run run;
    run.joins({"mallory"});
    (void)run.sends_bytes("mallory", "\x09");
    EXPECT_EQ(run.sends("mallory", make_rpm("mallory")), lines{});
    EXPECT_EQ(run.half_closes("mallory"), lines{});
    EXPECT_EQ(run.is_reset("mallory"), lines{});
}

TEST(ModelFaults, servers_that_do_next_to_nothing) {
    const std::string bytes = wire(make_cr("alice")) + wire(make_rpm("bob")) + "\x09";
    const std::vector<std::pair<fault, lines>> cases{
        {fault::mute, {}},
        {fault::hangs_up, {"alice closed"}},
        {fault::ok_to_everything, lines(3, "alice < ERROR 0")},
        {fault::taken_to_everything, lines(3, "alice < ERROR 1")},
    };
    for (const auto& [fault, wanted] : cases) {
        model_run run{{}, {fault}};
        run.connects("alice");
        EXPECT_EQ(run.sends_bytes("alice", bytes), wanted);
    }
}

TEST(ModelFaults, one_that_dies_says_nothing_any_more) {
    model_run run{{}, {fault::dies_of_stray_error}};
    run.joins({"alice"});
    EXPECT_EQ(run.answers("alice", 0), lines{});
    EXPECT_TRUE(run.server().died());
    EXPECT_EQ(run.sends("alice", make_rpm("alice")), lines{});
}

TEST(ModelTime, tells_when_it_wants_its_next_turn) {
    model_run run{with_limits(100ms, 300ms, 1s)};
    EXPECT_FALSE(run.server().next_deadline());
    run.joins({"alice", "bob"});
    EXPECT_FALSE(run.server().next_deadline());
    (void)run.sends("alice", make_pc("bob"));
    EXPECT_EQ(run.server().next_deadline(), run.now() + 300ms);
    (void)run.answers("bob", 0);
    run.connects("idle");
    EXPECT_EQ(run.server().next_deadline(), run.now() + 1s);
}

}  // namespace
}  // namespace chatos::conformance
