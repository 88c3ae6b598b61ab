// TUN-1, TUN-3, TUN-4: which connections become ends of a tunnel, and which are turned away.
#include "core/tunnel_fixture.hpp"

namespace chatos::core::test {
namespace {

TEST_F(Tunnel, TUN_1_one_error_answers_the_two_pcs_once_both_ends_are_there) {
    agree();
    client& a = net.connect(home_of_alice);
    a.send(make_pc("alice"));
    EXPECT_EQ(a.take(), packets{});
    a.send(make_pc("bob"));
    EXPECT_EQ(a.take(), packets{});
    client& b = bob_comes();
    EXPECT_EQ(a.take(), packets{"ERROR 0"});
    EXPECT_EQ(b.take(), packets{"ERROR 0"});
    EXPECT_EQ(count().tunnels_open, 1U);
}

TEST_F(Tunnel, TUN_1_the_one_who_was_asked_may_come_first) {
    agree();
    client& b = bob_comes();
    client& a = alice_comes();
    EXPECT_EQ(a.take(), packets{"ERROR 0"});
    EXPECT_EQ(b.take(), packets{"ERROR 0"});
}

TEST_F(Tunnel, TUN_1_anything_but_a_second_pc_makes_the_first_one_ordinary) {
    agree();
    client& rpm = net.connect(home_of_alice);
    rpm.send({make_pc("alice"), make_rpm("bob"), make_pc("bob")});
    EXPECT_EQ(rpm.take(), (packets{"ERROR 5", "ERROR 5", "ERROR 5"}));
    client& cr = net.connect(home_of_alice);
    cr.send({make_pc("alice"), make_cr("carol")});
    EXPECT_EQ(cr.take(), (packets{"ERROR 5", "ERROR 0"}));
    client& error = net.connect(home_of_alice);
    error.send({make_pc("alice"), make_error(error_code::ok)});
    EXPECT_EQ(error.take(), packets{"ERROR 5"});
    EXPECT_FALSE(rpm.saw_end() || cr.saw_end() || error.saw_end());
    client& malformed = net.connect(home_of_alice);
    malformed.send(make_pc("alice"));
    malformed.send_bytes("\xff");
    EXPECT_EQ(malformed.take(), (packets{"ERROR 5", "ERROR 5"}));
    EXPECT_TRUE(malformed.saw_end());
    client& ended = net.connect(home_of_alice);
    ended.send(make_pc("alice"));
    ended.end();
    EXPECT_EQ(ended.take(), packets{"ERROR 5"});
    EXPECT_TRUE(ended.is_closed());
    EXPECT_EQ(count().tunnel_ends, 0U);
}

TEST_F(Tunnel, TUN_1_only_the_first_two_packets_count) {
    agree();
    client& late = net.connect(home_of_alice);
    late.send({make_rpm("bob"), make_pc("alice"), make_pc("bob")});
    EXPECT_EQ(late.take(), (packets{"ERROR 5", "ERROR 5", "ERROR 5"}));
    client& after_error = net.connect(home_of_alice);
    after_error.send({make_error(error_code::ok), make_pc("alice"), make_pc("bob")});
    EXPECT_EQ(after_error.take(), (packets{"ERROR 5", "ERROR 5"}));
}

TEST_F(Tunnel, TUN_1_a_held_pc_that_is_lost_leaves_nothing_behind) {
    agree();
    client& a = net.connect(home_of_alice);
    a.send(make_pc("alice"));
    a.reset();
    EXPECT_EQ(net.core.check_invariants(), "");
    EXPECT_EQ(count().connections_open, 2U);
}

TEST_F(Tunnel, TUN_1_users_go_on_as_before_and_their_pcs_are_no_ends) {
    const auto [a, b] = open();
    alice.send(make_pc("bob"));
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
    EXPECT_EQ(bob.take(), packets{"PC alice"});
    bob.answer(error_code::refused);
    EXPECT_EQ(alice.take(), packets{"ERROR 5"});
    a.send_bytes("through");
    EXPECT_EQ(b.take_text(), "through");
}

TEST_F(Tunnel, TUN_3_pseudo_and_address_must_be_those_of_a_user_with_an_offer) {
    client& too_early = alice_comes();
    EXPECT_EQ(too_early.take(), (packets{"ERROR 5", "ERROR 5"}));
    EXPECT_FALSE(too_early.saw_end()) << "CONN-8";
    agree();
    for (client* other : {&come("alice", "bob", home_of_bob), &come("bob", "alice", home_of_alice),
                          &come("carol", "alice", home_of_alice), &come("alic", "bob", home_of_alice),
                          &come("alice", "bob", from_host(3))}) {
        EXPECT_EQ(other->take(), (packets{"ERROR 5", "ERROR 5"}));
        EXPECT_FALSE(other->saw_end());
    }
    EXPECT_EQ(count().tunnel_ends, 0U);
}

TEST_F(Tunnel, TUN_3_the_peer_must_be_the_one_agreed_with) {
    agree();
    static_cast<void>(net.join("carol", from_host(3)));
    expect_rejected(come("alice", "carol", home_of_alice));
    expect_rejected(come("alice", "alice", home_of_alice));
    expect_rejected(come("bob", "nobody", home_of_bob));
    EXPECT_EQ(count().tunnel_ends_refused, 3U);
}

TEST_F(Tunnel, TUN_3_the_address_is_that_of_the_offer_not_of_who_has_the_pseudo_now) {
    agree();
    alice.end();
    static_cast<void>(net.join("alice", from_host(3)));
    EXPECT_EQ(come("alice", "bob", from_host(3)).take(), (packets{"ERROR 5", "ERROR 5"}));
    client& a = alice_comes();
    client& b = bob_comes();
    EXPECT_EQ(a.take(), packets{"ERROR 0"});
    EXPECT_EQ(b.take(), packets{"ERROR 0"});
}

TEST_F(Tunnel, TUN_3_an_end_waits_for_the_decision) {
    offer();
    client& a = alice_comes();
    net.wait(milliseconds{20'000});
    EXPECT_EQ(a.take(), packets{}) << "ERR-4 does not count";
    bob.answer();
    client& b = bob_comes();
    EXPECT_EQ(a.take(), packets{"ERROR 0"});
    EXPECT_EQ(b.take(), packets{"ERROR 0"});
}

TEST_F(Tunnel, TUN_3_both_ends_may_be_there_before_the_decision) {
    offer();
    client& a = alice_comes();
    client& b = bob_comes();
    EXPECT_EQ(b.take(), packets{});
    bob.answer();
    EXPECT_EQ(a.take(), packets{"ERROR 0"});
    EXPECT_EQ(b.take(), packets{"ERROR 0"});
}

TEST_F(Tunnel, TUN_4_refused) {
    offer();
    client& a = alice_comes();
    client& b = net.connect(home_of_bob);
    b.send(make_pc("bob"));
    bob.answer(error_code::refused);
    expect_rejected(a);
    b.send(make_pc("alice"));
    expect_rejected(b);
    EXPECT_EQ(come("alice", "bob", home_of_alice).take(), (packets{"ERROR 5", "ERROR 5"})) << "CONN-8: no offer";
    EXPECT_EQ(count().tunnels_refused, 1U);
}

TEST_F(Tunnel, TUN_4_not_decided_in_time) {
    offer();
    client& a = alice_comes();
    net.wait(net.core.bounds().pc_timeout - milliseconds{1});
    EXPECT_EQ(a.take(), packets{});
    net.wait(milliseconds{1});
    expect_rejected(a);
}

TEST_F(Tunnel, TUN_4_the_peer_leaves_undecided) {
    offer();
    client& a = alice_comes();
    bob.reset();
    expect_rejected(a);
}

TEST_F(Tunnel, TUN_4_a_peer_that_does_not_come) {
    agree();
    net.wait(milliseconds{1'000});
    client& a = alice_comes();
    a.send_bytes("in vain");
    net.wait(milliseconds{28'999});
    EXPECT_EQ(a.take(), packets{});
    net.wait(milliseconds{1});
    expect_rejected(a);
    EXPECT_EQ(bob_comes().take(), (packets{"ERROR 5", "ERROR 5"}));
    EXPECT_EQ(count().tunnels_expired, 1U);
}

TEST_F(Tunnel, TUN_4_the_limit_runs_from_the_acceptance_for_an_end_that_waited_before) {
    offer();
    client& a = alice_comes();
    net.wait(milliseconds{20'000});
    bob.answer();
    net.oversleep(milliseconds{29'999});
    EXPECT_EQ(a.take(), packets{});
    net.oversleep(milliseconds{1});
    expect_rejected(a);
}

// The clock is ahead of what was read, as after a driver that was away.
TEST_F(Tunnel, TUN_4_a_limit_that_ends_after_what_was_read_does_not_count_yet) {
    agree();
    client& a = alice_comes();
    net.core.run(net.now + milliseconds{60'000});
    net.core.advance(net.now + milliseconds{29'999});
    EXPECT_EQ(count().tunnels_awaited, 1U);
    net.core.advance(net.now + milliseconds{30'000});
    net.settle();
    EXPECT_EQ(a.take(), packets{"ERROR 4"});
    EXPECT_EQ(count().tunnels_awaited, 0U);
    EXPECT_EQ(net.core.check_invariants(), "");
}

TEST_F(Tunnel, TUN_4_nobody_comes) {
    agree();
    client& held = net.connect(home_of_alice);
    net.wait(milliseconds{9'000});
    EXPECT_EQ(count().tunnels_awaited, 1U);
    net.wait(milliseconds{16'000});
    client& held_too = net.connect(home_of_bob);
    held_too.send(make_pc("bob"));
    net.oversleep(milliseconds{5'000});
    EXPECT_EQ(count().tunnels_awaited, 0U);
    held_too.send(make_pc("alice"));
    expect_rejected(held_too);
    EXPECT_EQ(held.take(), packets{"ERROR 5"}) << "ERR-4";
    EXPECT_EQ(count().tunnels_expired, 1U);
}

TEST_F(Tunnel, TUN_4_the_login_limit_holds_until_both_pcs_are_read) {
    agree();
    client& a = net.connect(home_of_alice);
    net.wait(milliseconds{9'000});
    a.send(make_pc("alice"));
    net.wait(milliseconds{1'000});
    EXPECT_EQ(a.take(), (packets{"ERROR 5", "ERROR 5"})) << "CONN-8 for the PC, ERR-4 for the connection";
    EXPECT_TRUE(a.saw_end());
}

TEST_F(Tunnel, TUN_4_an_end_is_taken_once) {
    agree();
    client& a = alice_comes();
    expect_rejected(alice_comes());
    client& b = bob_comes();
    EXPECT_EQ(a.take(), packets{"ERROR 0"});
    EXPECT_EQ(b.take(), packets{"ERROR 0"});
    expect_rejected(alice_comes());
    expect_rejected(bob_comes());
    a.send_bytes("undisturbed");
    EXPECT_EQ(b.take_text(), "undisturbed");
}

TEST_F(Tunnel, TUN_4_an_end_that_broke_while_it_waited_may_come_again) {
    agree();
    client& broken = alice_comes();
    broken.send_bytes("lost");
    broken.reset();
    client& a = alice_comes();
    client& b = bob_comes();
    a.send_bytes("kept");
    EXPECT_EQ(b.take_text(), bytes_of(make_error(error_code::ok)) + "kept");
    EXPECT_EQ(count().tunnel_ends_lost, 1U);
}

TEST_F(Tunnel, TUN_4_each_acceptance_opens_one_tunnel) {
    agree();
    agree();
    client& a1 = alice_comes();
    client& a2 = alice_comes();
    expect_rejected(alice_comes());
    client& b1 = bob_comes();
    client& b2 = bob_comes();
    a1.send_bytes("one");
    a2.send_bytes("two");
    EXPECT_EQ(b1.take_text().substr(2), "one");
    EXPECT_EQ(b2.take_text().substr(2), "two");
    a1.reset();
    EXPECT_TRUE(b1.saw_end());
    EXPECT_FALSE(b2.saw_end());
    EXPECT_EQ(count().tunnels_open, 1U);
}

TEST_F(Tunnel, TUN_4_offers_that_cross_meet_in_the_one_that_is_accepted) {
    for (const bool own_offer_first : {false, true}) {
        alice.send(make_pc("bob"));
        bob.send(make_pc("alice"));
        client& a = alice_comes();
        client& b = bob_comes();
        if (own_offer_first) {
            bob.answer(error_code::refused);
            EXPECT_EQ(a.take(), packets{}) << "the other offer stands";
            alice.answer();
        } else {
            alice.answer();
            bob.answer(error_code::refused);
        }
        EXPECT_EQ(a.take(), packets{"ERROR 0"});
        EXPECT_EQ(b.take(), packets{"ERROR 0"});
        a.reset();
        b.reset();
        static_cast<void>(alice.take());
        static_cast<void>(bob.take());
    }
    EXPECT_EQ(count().tunnels_opened, 2U);
}

TEST_F(Tunnel, TUN_4_ends_whose_offer_is_refused_meet_in_an_older_agreement) {
    agree();
    client& a1 = alice_comes();
    offer();
    client& a2 = alice_comes();
    a1.reset();
    bob.answer(error_code::refused);
    EXPECT_EQ(a2.take(), packets{}) << "the agreement lacks an end again";
    client& b = bob_comes();
    EXPECT_EQ(a2.take(), packets{"ERROR 0"});
    EXPECT_EQ(b.take(), packets{"ERROR 0"});
}

struct TwoTunnels : Tunnel {
    TwoTunnels() : Tunnel{{.unregistered_max = 2, .tunnels_max = 2, .tunnels_per_user_max = 2}} {}
};

TEST_F(TwoTunnels, TUN_4_the_number_of_tunnels_is_bounded) {
    const auto [a1, b1] = open();
    agree();
    agree();  // the users do not notice
    EXPECT_EQ(count().tunnels_without_room, 1U);
    client& a2 = alice_comes();
    expect_rejected(alice_comes());
    a1.reset();
    b1.reset();
    net.wait(net.core.bounds().linger_timeout);
    agree();
    static_cast<void>(bob_comes());
    EXPECT_EQ(a2.take(), packets{"ERROR 0"});
    EXPECT_EQ(count().tunnels_opened, 2U);
}

TEST_F(TwoTunnels, TUN_5_tunnel_ends_are_neither_users_nor_unregistered) {
    static_cast<void>(open());
    static_cast<void>(open());
    static_cast<void>(net.connect());
    EXPECT_TRUE(net.core.accepts_connections());
    static_cast<void>(net.connect());
    EXPECT_FALSE(net.core.accepts_connections());
    EXPECT_EQ(count().users, 2U);
    alice.send(make_sma("hi"));
    bob.answer();
    EXPECT_EQ(alice.take(), packets{"ERROR 0"}) << "ALL-7";
}

struct NoTunnels : Tunnel {
    NoTunnels() : Tunnel{{.tunnels = false}} {}
};

TEST_F(NoTunnels, CONN_8_without_the_extension_each_pc_is_answered_5) {
    agree();
    client& a = alice_comes();
    EXPECT_EQ(a.take(), (packets{"ERROR 5", "ERROR 5"}));
    EXPECT_FALSE(a.saw_end());
    EXPECT_EQ(count().tunnels_offered, 0U);
}

}  // namespace
}  // namespace chatos::core::test
