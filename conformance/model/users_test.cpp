// Becoming a user, private connections and personal messages, rule by rule (CONN, PM, PC).
#include "testing/model_run.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

using namespace std::chrono_literals;
using testing::lines;
using testing::model_run;
using testing::with_limits;

model_settings room_for(std::size_t capacity) {
    model_settings settings;
    settings.capacity = capacity;
    return settings;
}

TEST(ModelUsers, CONN_1_a_free_pseudo_is_registered) {
    model_run run;
    run.connects("alice");
    EXPECT_EQ(run.sends("alice", make_cr("alice")), (lines{"alice < ERROR 0"}));
    EXPECT_EQ(run.server().users(), 1U);
}

TEST(ModelUsers, CONN_2_CONN_3_a_pseudo_in_use_is_not_registered_and_another_may_be_tried) {
    model_run run;
    run.joins({"alice"});
    run.connects("bob");
    EXPECT_EQ(run.sends("bob", make_cr("alice")), (lines{"bob < ERROR 1"}));
    EXPECT_EQ(run.sends("bob", make_cr("bob")), (lines{"bob < ERROR 0"}));
    model_run closing{variant::taken_closes};
    closing.joins({"alice"});
    closing.connects("bob");
    EXPECT_EQ(closing.sends("bob", make_cr("alice")), (lines{"bob < ERROR 1", "bob closed"}));
}

TEST(ModelUsers, CONN_4_a_full_server_registers_nobody) {
    model_run run{room_for(1)};
    run.joins({"alice"});
    run.connects("bob");
    EXPECT_EQ(run.sends("bob", make_cr("bob")), (lines{"bob < ERROR 2", "bob closed"}));
    run.connects("carol");
    EXPECT_EQ(run.sends("carol", make_cr("alice")), (lines{"carol < ERROR 2", "carol closed"}));
    EXPECT_EQ(run.server().users(), 1U);
}

TEST(ModelUsers, CONN_4_a_full_server_may_stay_open_and_may_look_at_the_pseudo_first) {
    model_settings settings = room_for(1);
    settings.wire.variants.add(variant::full_stays_open);
    settings.wire.variants.add(variant::taken_before_full);
    model_run run{settings};
    run.joins({"alice"});
    run.connects("bob");
    EXPECT_EQ(run.sends("bob", make_cr("alice")), (lines{"bob < ERROR 1"}));
    EXPECT_EQ(run.sends("bob", make_cr("bob")), (lines{"bob < ERROR 2"}));
}

TEST(ModelUsers, CONN_5_pseudos_are_the_same_when_their_bytes_are) {
    model_run run;
    run.joins({"ann", "Ann", "an", "\xC3\xA9", "e\xCC\x81"});
    EXPECT_EQ(run.server().users(), 5U);
}

TEST(ModelUsers, CONN_6_a_pseudo_is_free_however_its_holder_leaves) {
    model_run run;
    run.joins({"alice"});
    (void)run.half_closes("alice");
    run.joins({"alice"});
    (void)run.is_reset("alice");
    run.joins({"alice"});
    (void)run.sends_bytes("alice", "\x09");
    run.connects("alice");
    EXPECT_EQ(run.sends("alice", make_cr("alice")), (lines{"alice < ERROR 0"}));
}

TEST(ModelUsers, CONN_7_a_second_cr_changes_nothing) {
    model_run run{room_for(2)};
    run.joins({"alice", "bob"});
    EXPECT_EQ(run.sends("alice", make_cr("alice")), (lines{"alice < ERROR 1"}));
    EXPECT_EQ(run.sends("alice", make_cr("bob")), (lines{"alice < ERROR 1"}));
    EXPECT_EQ(run.sends("alice", make_cr("carol")), (lines{"alice < ERROR 5"}));
    EXPECT_EQ(run.sends("bob", make_rpm("alice")), (lines{"bob < ERROR 0"}));
}

TEST(ModelUsers, CONN_8_requests_before_registration_are_refused_and_deliver_nothing) {
    model_run run;
    run.joins({"bob"});
    run.connects("alice");
    for (const packet_view& packet : {make_rpm("bob"), make_spm("bob", "hi"), make_sma("hi"), make_pc("bob")}) {
        EXPECT_EQ(run.sends("alice", packet), (lines{"alice < ERROR 5"}));
    }
    model_run closing{variant::early_request_closes};
    closing.connects("alice");
    EXPECT_EQ(closing.sends("alice", make_sma("hi")), (lines{"alice < ERROR 5", "alice closed"}));
}

TEST(ModelUsers, CONN_9_capacity_counts_users_and_who_leaves_makes_room) {
    model_run run{room_for(1)};
    run.connects("idle");
    run.joins({"alice"});
    EXPECT_EQ(run.server().users(), 1U);
    (void)run.half_closes("alice");
    run.connects("bob");
    EXPECT_EQ(run.sends("bob", make_cr("bob")), (lines{"bob < ERROR 0"}));
}

TEST(ModelMessages, PM_1_PM_2_an_rpm_tells_whether_somebody_holds_the_pseudo) {
    model_run run;
    run.joins({"alice", "bob"});
    EXPECT_EQ(run.sends("alice", make_rpm("bob")), (lines{"alice < ERROR 0"}));
    EXPECT_EQ(run.sends("alice", make_rpm("nobody")), (lines{"alice < ERROR 4"}));
}

TEST(ModelMessages, PM_3_PM_4_a_message_is_delivered_and_its_answer_comes_back_once) {
    model_run run;
    run.joins({"alice", "bob"});
    for (const int code : {0, 1, 2, 4, 5}) {
        EXPECT_EQ(run.writes("alice", "bob", "hi"), (lines{"bob < SPM alice hi"}));
        EXPECT_EQ(run.answers("bob", code), (lines{"alice < ERROR " + std::to_string(code)}));
    }
}

TEST(ModelMessages, PM_5_without_a_favourable_rpm_nothing_is_delivered) {
    model_run run;
    run.joins({"alice", "bob", "carol"});
    EXPECT_EQ(run.sends("alice", make_spm("bob", "hi")), (lines{"alice < ERROR 5"}));
    EXPECT_EQ(run.sends("alice", make_spm("nobody", "hi")), (lines{"alice < ERROR 4"}));
    (void)run.sends("alice", make_rpm("carol"));
    (void)run.sends("carol", make_rpm("bob"));
    EXPECT_EQ(run.sends("alice", make_spm("bob", "hi")), (lines{"alice < ERROR 5"}));
}

TEST(ModelMessages, PM_6_an_rpm_serves_for_all_later_messages_or_for_one) {
    model_run run;
    run.joins({"alice", "bob"});
    (void)run.writes("alice", "bob", "one");
    EXPECT_EQ(run.sends("alice", make_spm("bob", "two")), (lines{"bob < SPM alice two"}));
    model_run once{variant::rpm_serves_once};
    once.joins({"alice", "bob"});
    (void)once.writes("alice", "bob", "one");
    (void)once.answers("bob", 0);
    EXPECT_EQ(once.sends("alice", make_spm("bob", "two")), (lines{"alice < ERROR 5"}));
}

TEST(ModelMessages, PM_7_a_recipient_that_leaves_is_unreachable) {
    model_run run;
    run.joins({"alice", "bob", "carol"});
    (void)run.writes("alice", "bob", "hi");
    EXPECT_EQ(run.half_closes("bob"), (lines{"alice < ERROR 4", "bob closed"}));
    (void)run.writes("alice", "carol", "hi");
    EXPECT_EQ(run.is_reset("carol"), (lines{"alice < ERROR 4"}));
}

TEST(ModelMessages, PM_8_a_recipient_that_does_not_answer_in_time_is_unreachable) {
    model_run run{with_limits(100ms, 1s, 1s)};
    run.joins({"alice", "bob"});
    (void)run.writes("alice", "bob", "hi");
    EXPECT_EQ(run.wait(99ms), lines{});
    EXPECT_EQ(run.wait(1ms), (lines{"alice < ERROR 4"}));
}

TEST(ModelMessages, PM_9_writing_to_oneself_is_like_writing_to_anybody_or_refused) {
    model_run run;
    run.joins({"alice"});
    EXPECT_EQ(run.writes("alice", "alice", "hi"), (lines{"alice < SPM alice hi"}));
    EXPECT_EQ(run.answers("alice", 0), (lines{"alice < ERROR 0"}));
    model_run refusing{variant::self_refused};
    refusing.joins({"alice"});
    EXPECT_EQ(refusing.writes("alice", "alice", "hi"), (lines{"alice < ERROR 5"}));
}

TEST(ModelMessages, PM_10_an_rpm_does_not_serve_for_the_next_holder) {
    model_run run;
    run.joins({"alice", "bob"});
    (void)run.sends("alice", make_rpm("bob"));
    (void)run.half_closes("bob");
    run.joins({"bob"});
    EXPECT_EQ(run.sends("alice", make_spm("bob", "hi")), (lines{"alice < ERROR 5"}));
}

TEST(ModelOffers, PC_1_PC_3_an_offer_gets_two_answers) {
    model_run run;
    run.joins({"alice", "bob"});
    for (const int code : {0, 5}) {
        EXPECT_EQ(run.sends("alice", make_pc("bob")), (lines{"alice < ERROR 0", "bob < PC alice"}));
        EXPECT_EQ(run.answers("bob", code), (lines{"alice < ERROR " + std::to_string(code)}));
    }
}

TEST(ModelOffers, PC_2_an_offer_to_nobody_gets_one) {
    model_run run;
    run.joins({"alice"});
    EXPECT_EQ(run.sends("alice", make_pc("nobody")), (lines{"alice < ERROR 4"}));
}

TEST(ModelOffers, PC_4_PC_5_a_peer_that_leaves_or_does_not_decide_is_unreachable) {
    model_run run{with_limits(100ms, 300ms, 1s)};
    run.joins({"alice", "bob", "carol"});
    (void)run.sends("alice", make_pc("bob"));
    EXPECT_EQ(run.is_reset("bob"), (lines{"alice < ERROR 4"}));
    (void)run.sends("alice", make_pc("carol"));
    EXPECT_EQ(run.wait(299ms), lines{});
    EXPECT_EQ(run.wait(1ms), (lines{"alice < ERROR 4"}));
}

TEST(ModelOffers, PC_6_an_offer_to_oneself_is_refused) {
    model_run run;
    run.joins({"alice"});
    EXPECT_EQ(run.sends("alice", make_pc("alice")), (lines{"alice < ERROR 5"}));
}

TEST(ModelOffers, PC_7_a_second_offer_is_refused_or_waits_for_its_turn) {
    model_run run;
    run.joins({"alice", "bob", "carol"});
    (void)run.sends("alice", make_pc("bob"));
    EXPECT_EQ(run.sends("carol", make_pc("bob")), (lines{"carol < ERROR 5"}));
    model_run patient{variant::offers_wait};
    patient.joins({"alice", "bob", "carol"});
    (void)patient.sends("alice", make_pc("bob"));
    EXPECT_EQ(patient.sends("carol", make_pc("bob")), (lines{"carol < ERROR 0"}));
    EXPECT_EQ(patient.answers("bob", 5), (lines{"alice < ERROR 5", "bob < PC carol"}));
    EXPECT_EQ(patient.answers("bob", 0), (lines{"carol < ERROR 0"}));
}

}  // namespace
}  // namespace chatos::conformance
