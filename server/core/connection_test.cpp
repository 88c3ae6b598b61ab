// CONN: being a user.
#include "core/test_network.hpp"

#include <gtest/gtest.h>

namespace chatos::core::test {
namespace {

TEST(Connection, CONN_1_a_free_pseudo_is_registered) {
    network net;
    client& alice = net.connect();
    alice.send(make_cr("alice"));
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
    EXPECT_EQ(net.core.count().users, 1U);
}

TEST(Connection, CONN_2_a_held_pseudo_is_answered_1_and_its_holder_notices_nothing) {
    network net;
    client& alice = net.join("alice");
    client& other = net.connect();
    other.send(make_cr("alice"));
    EXPECT_EQ(other.take(), packets{"ERROR 1"});
    EXPECT_EQ(alice.take(), packets{});
    EXPECT_EQ(net.core.count().users, 1U);
}

TEST(Connection, CONN_2_two_claims_in_one_turn_one_wins) {
    network net;
    client& first = net.connect();
    client& second = net.connect();
    const std::string claim = bytes_of(make_cr("alice"));
    net.core.receive(first.id(), std::as_bytes(std::span{claim}), net.now);
    net.core.receive(second.id(), std::as_bytes(std::span{claim}), net.now);
    net.settle();
    EXPECT_EQ(first.take(), packets{"ERROR 0"});
    EXPECT_EQ(second.take(), packets{"ERROR 1"});
}

TEST(Connection, CONN_3_after_error_1_another_claim_is_welcome) {
    network net;
    static_cast<void>(net.join("alice"));
    client& other = net.connect();
    other.send({make_cr("alice"), make_cr("bob")});
    EXPECT_EQ(other.take(), (packets{"ERROR 1", "ERROR 0"}));
    EXPECT_FALSE(other.saw_end());
}

TEST(Connection, CONN_4_a_full_server_answers_2_and_closes) {
    network net{{.users_max = 1}};
    static_cast<void>(net.join("alice"));
    client& late = net.connect();
    late.send({make_cr("bob"), make_rpm("alice")});
    EXPECT_EQ(late.take(), packets{"ERROR 2"});
    EXPECT_TRUE(late.saw_end());
    client& namesake = net.connect();
    namesake.send(make_cr("alice"));
    EXPECT_EQ(namesake.take(), packets{"ERROR 2"}) << "full comes before taken";
    EXPECT_EQ(net.core.count().users, 1U);
}

TEST(Connection, CONN_5_pseudos_are_the_same_only_byte_by_byte) {
    network net;
    static_cast<void>(net.join("alice"));
    static_cast<void>(net.join("Alice"));
    static_cast<void>(net.join("alice "));
    static_cast<void>(net.join("\xc3\xa9"));   // e with acute accent
    static_cast<void>(net.join("e\xcc\x81"));  // the same to the eye
    EXPECT_EQ(net.core.count().users, 5U);
}

TEST(Connection, CONN_6_a_pseudo_is_free_however_the_connection_ends) {
    network net;
    net.join("alice").end();
    net.join("alice").reset();
    net.join("alice").send_bytes("\xff");
    static_cast<void>(net.join("alice"));
    EXPECT_EQ(net.core.count().users, 1U);
}

TEST(Connection, CONN_7_a_second_claim_changes_nothing) {
    network net{{.users_max = 2}};
    client& alice = net.join("alice");
    client& bob = net.join("bob");
    alice.send({make_cr("alice"), make_cr("bob"), make_cr("carol")});
    EXPECT_EQ(alice.take(), (packets{"ERROR 1", "ERROR 1", "ERROR 5"}));
    EXPECT_FALSE(alice.saw_end());
    bob.send(make_rpm("alice"));
    EXPECT_EQ(bob.take(), packets{"ERROR 0"});
}

TEST(Connection, CONN_8_requests_before_registration_are_refused_and_nothing_is_delivered) {
    network net;
    client& alice = net.join("alice");
    client& unregistered = net.connect();
    unregistered.send({make_rpm("alice"), make_spm("alice", "hi"), make_sma("hi"), make_pc("alice")});
    EXPECT_EQ(unregistered.take(), (packets{"ERROR 5", "ERROR 5", "ERROR 5", "ERROR 5"}));
    EXPECT_EQ(alice.take(), packets{});
    unregistered.send(make_cr("bob"));
    EXPECT_EQ(unregistered.take(), packets{"ERROR 0"}) << "it stays open";
}

TEST(Connection, CONN_9_capacity_counts_users_and_who_leaves_makes_room) {
    network net{{.users_max = 2}};
    client& unregistered = net.connect();
    client& alice = net.join("alice");
    static_cast<void>(net.join("bob"));
    alice.end();
    unregistered.send(make_cr("carol"));
    EXPECT_EQ(unregistered.take(), packets{"ERROR 0"});
}

TEST(Connection, unregistered_connections_beyond_the_bound_are_left_outside) {
    network net{{.unregistered_max = 2}};
    client& first = net.connect();
    static_cast<void>(net.connect());
    EXPECT_FALSE(net.core.accepts_connections());
    first.send(make_cr("alice"));
    EXPECT_TRUE(net.core.accepts_connections()) << "users do not count";
}

TEST(Connection, a_slot_that_is_used_again_is_somebody_else) {
    network net;
    client& alice = net.join("alice");
    const connection_id old = alice.id();
    alice.reset();
    const connection_id fresh = net.join("bob").id();
    EXPECT_EQ(fresh.slot, old.slot);
    EXPECT_NE(fresh.generation, old.generation);
}

TEST(Connection, a_newcomer_is_welcome_though_a_deadline_just_made_a_user_unregistered) {
    network net{{.unregistered_max = 1, .timeouts_in_a_row_max = 1}};
    client& alice = net.join("alice");
    static_cast<void>(net.join("bob"));
    alice.send(make_sma("x"));
    ASSERT_TRUE(net.core.accepts_connections());
    static_cast<void>(net.core.connect(net.now + milliseconds{5'000}));  // FLOW-10 closes bob at this very moment
    EXPECT_FALSE(net.core.accepts_connections());
}

TEST(Connection, ERR_5_what_was_written_just_when_the_time_for_it_ran_out_was_written) {
    network net;
    client& alice = net.join("alice");
    alice.reads(false);
    alice.send_bytes("\xff");
    net.core.wrote(alice.id(), 2, net.now + milliseconds{5'000});
    EXPECT_EQ(net.core.close_action_of(alice.id()), close_action::shut_down_sending);
}

}  // namespace
}  // namespace chatos::core::test
