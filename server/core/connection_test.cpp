// CONN: being a user.
#include "core/test_world.hpp"

#include <gtest/gtest.h>

namespace chatos::core::test {
namespace {

TEST(Connection, CONN_1_a_free_pseudo_is_registered) {
    world w;
    client& alice = w.connect();
    alice.send(make_cr("alice"));
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
    EXPECT_EQ(w.core.count().users, 1U);
}

TEST(Connection, CONN_2_a_held_pseudo_is_answered_1_and_its_holder_notices_nothing) {
    world w;
    client& alice = w.join("alice");
    client& other = w.connect();
    other.send(make_cr("alice"));
    EXPECT_EQ(other.take(), packets{"ERROR 1"});
    EXPECT_EQ(alice.take(), packets{});
    EXPECT_EQ(w.core.count().users, 1U);
}

TEST(Connection, CONN_2_two_claims_in_one_turn_one_wins) {
    world w;
    client& first = w.connect();
    client& second = w.connect();
    const std::string claim = bytes_of(make_cr("alice"));
    w.core.receive(first.id(), std::as_bytes(std::span{claim}), w.now);
    w.core.receive(second.id(), std::as_bytes(std::span{claim}), w.now);
    w.settle();
    EXPECT_EQ(first.take(), packets{"ERROR 0"});
    EXPECT_EQ(second.take(), packets{"ERROR 1"});
}

TEST(Connection, CONN_3_after_error_1_another_claim_is_welcome) {
    world w;
    static_cast<void>(w.join("alice"));
    client& other = w.connect();
    other.send({make_cr("alice"), make_cr("bob")});
    EXPECT_EQ(other.take(), (packets{"ERROR 1", "ERROR 0"}));
    EXPECT_FALSE(other.saw_end());
}

TEST(Connection, CONN_4_a_full_server_answers_2_and_closes) {
    world w{{.users_max = 1}};
    static_cast<void>(w.join("alice"));
    client& late = w.connect();
    late.send({make_cr("bob"), make_rpm("alice")});
    EXPECT_EQ(late.take(), packets{"ERROR 2"});
    EXPECT_TRUE(late.saw_end());
    client& namesake = w.connect();
    namesake.send(make_cr("alice"));
    EXPECT_EQ(namesake.take(), packets{"ERROR 2"}) << "full comes before taken";
    EXPECT_EQ(w.core.count().users, 1U);
}

TEST(Connection, CONN_5_pseudos_are_the_same_only_byte_by_byte) {
    world w;
    static_cast<void>(w.join("alice"));
    static_cast<void>(w.join("Alice"));
    static_cast<void>(w.join("alice "));
    static_cast<void>(w.join("\xc3\xa9"));   // e with acute accent
    static_cast<void>(w.join("e\xcc\x81"));  // the same to the eye
    EXPECT_EQ(w.core.count().users, 5U);
}

TEST(Connection, CONN_6_a_pseudo_is_free_however_the_connection_ends) {
    world w;
    w.join("alice").end();
    w.join("alice").reset();
    w.join("alice").send_bytes("\xff");
    static_cast<void>(w.join("alice"));
    EXPECT_EQ(w.core.count().users, 1U);
}

TEST(Connection, CONN_7_a_second_claim_changes_nothing) {
    world w{{.users_max = 2}};
    client& alice = w.join("alice");
    client& bob = w.join("bob");
    alice.send({make_cr("alice"), make_cr("bob"), make_cr("carol")});
    EXPECT_EQ(alice.take(), (packets{"ERROR 1", "ERROR 1", "ERROR 5"}));
    EXPECT_FALSE(alice.saw_end());
    bob.send(make_rpm("alice"));
    EXPECT_EQ(bob.take(), packets{"ERROR 0"});
}

TEST(Connection, CONN_8_requests_of_a_stranger_are_refused_and_nothing_is_delivered) {
    world w;
    client& alice = w.join("alice");
    client& stranger = w.connect();
    stranger.send({make_rpm("alice"), make_spm("alice", "hi"), make_sma("hi"), make_pc("alice")});
    EXPECT_EQ(stranger.take(), (packets{"ERROR 5", "ERROR 5", "ERROR 5", "ERROR 5"}));
    EXPECT_EQ(alice.take(), packets{});
    stranger.send(make_cr("bob"));
    EXPECT_EQ(stranger.take(), packets{"ERROR 0"}) << "it stays open";
}

TEST(Connection, CONN_9_capacity_counts_users_and_who_leaves_makes_room) {
    world w{{.users_max = 2}};
    client& stranger = w.connect();
    client& alice = w.join("alice");
    static_cast<void>(w.join("bob"));
    alice.end();
    stranger.send(make_cr("carol"));
    EXPECT_EQ(stranger.take(), packets{"ERROR 0"});
}

TEST(Connection, strangers_beyond_the_bound_are_left_outside) {
    world w{{.strangers_max = 2}};
    client& first = w.connect();
    static_cast<void>(w.connect());
    EXPECT_FALSE(w.core.accepts_connections());
    first.send(make_cr("alice"));
    EXPECT_TRUE(w.core.accepts_connections()) << "users do not count";
}

TEST(Connection, a_slot_that_is_used_again_is_somebody_else) {
    world w;
    client& alice = w.join("alice");
    const connection_id old = alice.id();
    alice.reset();
    const connection_id fresh = w.join("bob").id();
    EXPECT_EQ(fresh.slot, old.slot);
    EXPECT_NE(fresh.generation, old.generation);
}

TEST(Connection, a_newcomer_is_welcome_though_a_deadline_just_made_a_user_a_stranger) {
    world w{{.strangers_max = 1, .timeouts_in_a_row_max = 1}};
    client& alice = w.join("alice");
    static_cast<void>(w.join("bob"));
    alice.send(make_sma("x"));
    ASSERT_TRUE(w.core.accepts_connections());
    static_cast<void>(w.core.connect(w.now + milliseconds{5'000}));  // FLOW-10 closes bob at this very moment
    EXPECT_FALSE(w.core.accepts_connections());
}

TEST(Connection, ERR_5_what_was_written_just_when_the_time_for_it_ran_out_was_written) {
    world w;
    client& alice = w.join("alice");
    alice.reads(false);
    alice.send_bytes("\xff");
    w.core.wrote(alice.id(), 2, w.now + milliseconds{5'000});
    EXPECT_EQ(w.core.farewell_of(alice.id()), farewell::shut_down_sending);
}

}  // namespace
}  // namespace chatos::core::test
