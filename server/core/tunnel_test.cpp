// TUN: carrying the private connections that users have agreed on.
#include "core/test_world.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace chatos::core::test {
namespace {

origin from_host(int number) {
    origin made{};
    made.bytes[15] = static_cast<std::byte>(number);
    return made;
}

// Alice and Bob live on different hosts.
struct Tunnel : testing::Test {
    explicit Tunnel(const options& chosen = {}) : w{chosen} {}

    world w;
    const origin home_of_alice{from_host(1)};
    const origin home_of_bob{from_host(2)};
    client& alice{w.join("alice", home_of_alice)};
    client& bob{w.join("bob", home_of_bob)};

    void offer() {
        alice.send(make_pc("bob"));
        EXPECT_EQ(alice.take(), packets{"ERROR 0"});
        EXPECT_EQ(bob.take(), packets{"PC alice"});
    }
    void agree() {
        offer();
        bob.answer();
        EXPECT_EQ(alice.take(), packets{"ERROR 0"});
    }
    client& come(std::string_view own, std::string_view peer, const origin& from) {
        client& end = w.connect(from);
        end.send({make_pc(own), make_pc(peer)});
        return end;
    }
    client& alice_comes() { return come("alice", "bob", home_of_alice); }
    client& bob_comes() { return come("bob", "alice", home_of_bob); }

    struct pair {
        client& a;
        client& b;
    };
    pair open() {
        agree();
        const pair both{alice_comes(), bob_comes()};
        EXPECT_EQ(both.a.take(), packets{"ERROR 0"});
        EXPECT_EQ(both.b.take(), packets{"ERROR 0"});
        return both;
    }
    [[nodiscard]] statistics count() const { return w.core.count(); }
};

void expect_turned_away(client& end) {
    EXPECT_EQ(end.take(), packets{"ERROR 4"});
    EXPECT_TRUE(end.saw_end());
}

TEST_F(Tunnel, TUN_1_one_error_answers_the_two_pcs_once_both_ends_are_there) {
    agree();
    client& a = w.connect(home_of_alice);
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
    client& rpm = w.connect(home_of_alice);
    rpm.send({make_pc("alice"), make_rpm("bob"), make_pc("bob")});
    EXPECT_EQ(rpm.take(), (packets{"ERROR 5", "ERROR 5", "ERROR 5"}));
    client& cr = w.connect(home_of_alice);
    cr.send({make_pc("alice"), make_cr("carol")});
    EXPECT_EQ(cr.take(), (packets{"ERROR 5", "ERROR 0"}));
    client& error = w.connect(home_of_alice);
    error.send({make_pc("alice"), make_error(error_code::ok)});
    EXPECT_EQ(error.take(), packets{"ERROR 5"});
    EXPECT_FALSE(rpm.saw_end() || cr.saw_end() || error.saw_end());
    client& malformed = w.connect(home_of_alice);
    malformed.send(make_pc("alice"));
    malformed.send_bytes("\xff");
    EXPECT_EQ(malformed.take(), (packets{"ERROR 5", "ERROR 5"}));
    EXPECT_TRUE(malformed.saw_end());
    client& ended = w.connect(home_of_alice);
    ended.send(make_pc("alice"));
    ended.end();
    EXPECT_EQ(ended.take(), packets{"ERROR 5"});
    EXPECT_TRUE(ended.is_closed());
    EXPECT_EQ(count().tunnel_ends, 0U);
}

TEST_F(Tunnel, TUN_1_only_the_first_two_packets_count) {
    agree();
    client& late = w.connect(home_of_alice);
    late.send({make_rpm("bob"), make_pc("alice"), make_pc("bob")});
    EXPECT_EQ(late.take(), (packets{"ERROR 5", "ERROR 5", "ERROR 5"}));
    client& after_error = w.connect(home_of_alice);
    after_error.send({make_error(error_code::ok), make_pc("alice"), make_pc("bob")});
    EXPECT_EQ(after_error.take(), (packets{"ERROR 5", "ERROR 5"}));
}

TEST_F(Tunnel, TUN_1_a_held_pc_that_is_lost_leaves_nothing_behind) {
    agree();
    client& a = w.connect(home_of_alice);
    a.send(make_pc("alice"));
    a.reset();
    EXPECT_EQ(w.core.audit(), "");
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

TEST_F(Tunnel, TUN_2_bytes_go_both_ways_unread) {
    const auto [a, b] = open();
    const std::string anything = std::string{"\xff\x00\x01", 3} + bytes_of(make_cr("carol"));
    a.send_bytes(anything);
    b.send_bytes("and back");
    EXPECT_EQ(b.take_text(), anything);
    EXPECT_EQ(a.take_text(), "and back");
    EXPECT_EQ(count().tunnel_bytes_relayed, anything.size() + 8);
    w.wait(milliseconds{10'000'000});
    EXPECT_FALSE(a.saw_end() || b.saw_end()) << "an open tunnel knows no time limit";
}

TEST_F(Tunnel, TUN_2_bytes_from_before_the_error_come_first_however_they_are_cut) {
    for (const std::size_t segment : {1U, 2U, 7U, 65'536U}) {
        w.segment_bytes = segment;
        agree();
        client& a = w.connect(home_of_alice);
        a.send_bytes(bytes_of(make_pc("alice")) + bytes_of(make_pc("bob")) + "early");
        a.send_bytes(" bird");
        client& b = w.connect(home_of_bob);
        b.send_bytes(bytes_of(make_pc("bob")) + bytes_of(make_pc("alice")) + "worm");
        a.send_bytes(", late");
        EXPECT_EQ(b.take_text(), bytes_of(make_error(error_code::ok)) + "early bird, late") << segment;
        EXPECT_EQ(a.take_text(), bytes_of(make_error(error_code::ok)) + "worm") << segment;
        a.reset();
        b.reset();
    }
}

TEST_F(Tunnel, TUN_2_half_close_goes_through_and_the_other_direction_goes_on) {
    const auto [a, b] = open();
    a.send_bytes("question");
    a.end();
    EXPECT_EQ(b.take_text(), "question");
    EXPECT_TRUE(b.saw_end());
    EXPECT_FALSE(a.saw_end() || b.is_closed());
    w.wait(milliseconds{1'000'000});
    b.send_bytes("answer, in its own time");
    EXPECT_EQ(a.take_text(), "answer, in its own time");
    b.end();
    EXPECT_TRUE(a.is_closed() && b.is_closed());
    EXPECT_EQ(count().tunnels_open, 0U);
}

TEST_F(Tunnel, TUN_2_half_close_waits_for_the_bytes_before_it) {
    const auto [a, b] = open();
    b.reads(false);
    a.send_bytes("much to read");
    a.end();
    EXPECT_FALSE(b.saw_end());
    b.reads(true);
    EXPECT_EQ(b.take_text(), "much to read");
    EXPECT_TRUE(b.saw_end());
}

TEST_F(Tunnel, TUN_2_half_close_before_the_tunnel_opens) {
    agree();
    client& a = w.connect(home_of_alice);
    a.send_bytes(bytes_of(make_pc("alice")) + bytes_of(make_pc("bob")) + "all that I say");
    a.end();
    EXPECT_FALSE(a.saw_end());
    client& b = bob_comes();
    EXPECT_EQ(b.take_text(), bytes_of(make_error(error_code::ok)) + "all that I say");
    EXPECT_TRUE(b.saw_end());
    b.send_bytes("all that you hear");
    b.end();
    EXPECT_EQ(a.take_text(), bytes_of(make_error(error_code::ok)) + "all that you hear");
    EXPECT_TRUE(a.is_closed() && b.is_closed());
}

TEST_F(Tunnel, TUN_2_both_end_before_the_tunnel_opens) {
    agree();
    client& a = alice_comes();
    a.send_bytes("a");
    a.end();
    client& b = w.connect(home_of_bob);
    b.reads(false);
    b.send_bytes(bytes_of(make_pc("bob")) + bytes_of(make_pc("alice")) + "b");
    b.end();
    EXPECT_EQ(a.take_text(), bytes_of(make_error(error_code::ok)) + "b");
    EXPECT_TRUE(a.is_closed());
    b.reads(true);
    EXPECT_EQ(b.take_text(), bytes_of(make_error(error_code::ok)) + "a");
    EXPECT_TRUE(b.is_closed());
}

TEST_F(Tunnel, TUN_2_what_a_broken_end_has_sent_still_arrives_and_then_the_other_ends) {
    const auto [a, b] = open();
    b.reads(false);
    a.send_bytes("last words");
    a.reset();
    EXPECT_FALSE(b.saw_end());
    b.send_bytes("to nobody");
    EXPECT_EQ(b.unsent_bytes(), 0U) << "read and discarded";
    b.reads(true);
    EXPECT_EQ(b.take_text(), "last words");
    EXPECT_TRUE(b.saw_end());
    EXPECT_FALSE(b.is_closed());
    w.wait(w.core.bounds().linger_timeout);
    EXPECT_TRUE(b.is_closed());
    EXPECT_EQ(count().tunnels_open, 0U);
}

TEST_F(Tunnel, TUN_2_who_takes_nothing_more_of_an_ended_tunnel_is_closed_and_who_takes_a_little_is_not) {
    const auto [a, b] = open();
    b.reads(false);
    a.send_bytes("last words");
    a.reset();
    w.wait(w.core.bounds().flush_timeout - milliseconds{1});
    std::array<std::span<const std::byte>, 1> piece;
    ASSERT_EQ(w.core.gather(b.id(), piece), 1U);
    w.core.wrote(b.id(), 1, w.now);
    w.wait(w.core.bounds().flush_timeout - milliseconds{1});
    EXPECT_FALSE(b.is_closed());
    w.wait(milliseconds{1});
    EXPECT_TRUE(b.is_closed());
}

TEST_F(Tunnel, TUN_2_both_ended_and_neither_reads) {
    const auto [a, b] = open();
    a.reads(false);
    b.reads(false);
    a.send_bytes("a");
    b.send_bytes("b");
    a.end();
    b.end();
    EXPECT_FALSE(a.is_closed() || b.is_closed());
    w.wait(w.core.bounds().flush_timeout);
    EXPECT_TRUE(a.is_closed() && b.is_closed());
}

struct SmallTunnel : Tunnel {
    SmallTunnel() : Tunnel{{.receive_bytes_max = 1'000, .tunnel_buffer_bytes_max = 10'000}} {}
};

TEST_F(SmallTunnel, TUN_2_an_end_that_does_not_read_holds_back_its_partner_and_nobody_else) {
    const auto [a, b] = open();
    std::string flood;
    for (int i = 0; flood.size() < 100'000; ++i) {
        flood += std::to_string(i);
    }
    b.reads(false);
    a.send_bytes(flood);
    EXPECT_FALSE(w.core.wants_input(a.id()));
    EXPECT_GT(a.unsent_bytes(), 100'000U - 11'000U);
    b.send_bytes("the other direction goes on");
    EXPECT_EQ(a.take_text(), "the other direction goes on");
    alice.send(make_rpm("bob"));
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
    b.reads_at_most(777);
    b.reads(true);
    EXPECT_EQ(b.take_text(), flood);
    EXPECT_EQ(a.unsent_bytes(), 0U);
}

TEST_F(SmallTunnel, TUN_2_single_bytes_are_not_kept_at_any_price) {
    const auto [a, b] = open();
    b.reads(false);
    w.segment_bytes = 1;
    a.send_bytes(std::string(5'000, 'x'));
    EXPECT_GT(a.unsent_bytes(), 4'000U);
    b.reads(true);
    EXPECT_EQ(b.take_text(), std::string(5'000, 'x'));
}

TEST_F(SmallTunnel, TUN_2_what_comes_before_the_error_is_bounded) {
    agree();
    client& a = alice_comes();
    const std::string flood(50'000, 'f');
    a.send_bytes(flood);
    EXPECT_FALSE(w.core.wants_input(a.id()));
    EXPECT_GE(a.unsent_bytes(), 50'000U - 11'000U);
    client& b = bob_comes();
    EXPECT_EQ(b.take_text(), bytes_of(make_error(error_code::ok)) + flood);
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
    static_cast<void>(w.join("carol", from_host(3)));
    expect_turned_away(come("alice", "carol", home_of_alice));
    expect_turned_away(come("alice", "alice", home_of_alice));
    expect_turned_away(come("bob", "nobody", home_of_bob));
    EXPECT_EQ(count().tunnel_ends_refused, 3U);
}

TEST_F(Tunnel, TUN_3_the_address_is_that_of_the_offer_not_of_who_has_the_pseudo_now) {
    agree();
    alice.end();
    static_cast<void>(w.join("alice", from_host(3)));
    EXPECT_EQ(come("alice", "bob", from_host(3)).take(), (packets{"ERROR 5", "ERROR 5"}));
    client& a = alice_comes();
    client& b = bob_comes();
    EXPECT_EQ(a.take(), packets{"ERROR 0"});
    EXPECT_EQ(b.take(), packets{"ERROR 0"});
}

TEST_F(Tunnel, TUN_3_an_end_waits_for_the_decision) {
    offer();
    client& a = alice_comes();
    w.wait(milliseconds{20'000});
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
    client& b = w.connect(home_of_bob);
    b.send(make_pc("bob"));
    bob.answer(error_code::refused);
    expect_turned_away(a);
    b.send(make_pc("alice"));
    expect_turned_away(b);
    EXPECT_EQ(come("alice", "bob", home_of_alice).take(), (packets{"ERROR 5", "ERROR 5"})) << "CONN-8: no offer";
    EXPECT_EQ(count().tunnels_refused, 1U);
}

TEST_F(Tunnel, TUN_4_not_decided_in_time) {
    offer();
    client& a = alice_comes();
    w.wait(w.core.bounds().pc_timeout - milliseconds{1});
    EXPECT_EQ(a.take(), packets{});
    w.wait(milliseconds{1});
    expect_turned_away(a);
}

TEST_F(Tunnel, TUN_4_the_peer_leaves_undecided) {
    offer();
    client& a = alice_comes();
    bob.reset();
    expect_turned_away(a);
}

TEST_F(Tunnel, TUN_4_a_peer_that_does_not_come) {
    agree();
    w.wait(milliseconds{1'000});
    client& a = alice_comes();
    a.send_bytes("in vain");
    w.wait(milliseconds{28'999});
    EXPECT_EQ(a.take(), packets{});
    w.wait(milliseconds{1});
    expect_turned_away(a);
    EXPECT_EQ(bob_comes().take(), (packets{"ERROR 5", "ERROR 5"}));
    EXPECT_EQ(count().tunnels_expired, 1U);
}

TEST_F(Tunnel, TUN_4_the_limit_runs_from_the_acceptance_for_an_end_that_waited_before) {
    offer();
    client& a = alice_comes();
    w.wait(milliseconds{20'000});
    bob.answer();
    w.oversleep(milliseconds{29'999});
    EXPECT_EQ(a.take(), packets{});
    w.oversleep(milliseconds{1});
    expect_turned_away(a);
}

TEST_F(Tunnel, TUN_4_nobody_comes) {
    agree();
    client& held = w.connect(home_of_alice);
    w.wait(milliseconds{9'000});
    EXPECT_EQ(count().tunnels_awaited, 1U);
    w.wait(milliseconds{16'000});
    client& held_too = w.connect(home_of_bob);
    held_too.send(make_pc("bob"));
    w.oversleep(milliseconds{5'000});
    EXPECT_EQ(count().tunnels_awaited, 0U);
    held_too.send(make_pc("alice"));
    expect_turned_away(held_too);
    EXPECT_EQ(held.take(), packets{"ERROR 5"}) << "ERR-4";
    EXPECT_EQ(count().tunnels_expired, 1U);
}

TEST_F(Tunnel, TUN_4_the_login_limit_holds_until_both_pcs_are_read) {
    agree();
    client& a = w.connect(home_of_alice);
    w.wait(milliseconds{9'000});
    a.send(make_pc("alice"));
    w.wait(milliseconds{1'000});
    EXPECT_EQ(a.take(), (packets{"ERROR 5", "ERROR 5"})) << "CONN-8 for the PC, ERR-4 for the connection";
    EXPECT_TRUE(a.saw_end());
}

TEST_F(Tunnel, TUN_4_an_end_is_taken_once) {
    agree();
    client& a = alice_comes();
    expect_turned_away(alice_comes());
    client& b = bob_comes();
    EXPECT_EQ(a.take(), packets{"ERROR 0"});
    EXPECT_EQ(b.take(), packets{"ERROR 0"});
    expect_turned_away(alice_comes());
    expect_turned_away(bob_comes());
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
    expect_turned_away(alice_comes());
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
    TwoTunnels() : Tunnel{{.strangers_max = 2, .tunnels_max = 2}} {}
};

TEST_F(TwoTunnels, TUN_4_the_number_of_tunnels_is_bounded) {
    const auto [a1, b1] = open();
    agree();
    agree();  // the users are not told
    EXPECT_EQ(count().tunnels_without_room, 1U);
    client& a2 = alice_comes();
    expect_turned_away(alice_comes());
    a1.reset();
    b1.reset();
    w.wait(w.core.bounds().linger_timeout);
    agree();
    static_cast<void>(bob_comes());
    EXPECT_EQ(a2.take(), packets{"ERROR 0"});
    EXPECT_EQ(count().tunnels_opened, 2U);
}

TEST_F(TwoTunnels, TUN_5_tunnel_ends_are_neither_users_nor_strangers) {
    static_cast<void>(open());
    static_cast<void>(open());
    static_cast<void>(w.connect());
    EXPECT_TRUE(w.core.accepts_connections());
    static_cast<void>(w.connect());
    EXPECT_FALSE(w.core.accepts_connections());
    EXPECT_EQ(count().users, 2U);
    alice.send(make_sma("hi"));
    bob.answer();
    EXPECT_EQ(alice.take(), packets{"ERROR 0"}) << "ALL-7";
}

TEST_F(Tunnel, TUN_5_leaving_cuts_neither_a_tunnel_nor_an_agreement) {
    const auto [a, b] = open();
    agree();
    alice.end();
    bob.reset();
    a.send_bytes("still");
    b.send_bytes("here");
    EXPECT_EQ(b.take_text(), "still");
    EXPECT_EQ(a.take_text(), "here");
    client& a2 = alice_comes();
    client& b2 = bob_comes();
    EXPECT_EQ(a2.take(), packets{"ERROR 0"});
    EXPECT_EQ(b2.take(), packets{"ERROR 0"});
}

TEST_F(Tunnel, TUN_5_who_asked_may_leave_before_the_decision) {
    offer();
    client& a = alice_comes();
    alice.reset();
    bob.answer();
    client& b = bob_comes();
    EXPECT_EQ(a.take(), packets{"ERROR 0"});
    EXPECT_EQ(b.take(), packets{"ERROR 0"});
}

TEST_F(Tunnel, drain_turns_away_who_waits_and_lets_open_tunnels_run_on_for_a_while) {
    const auto [a, b] = open();
    agree();
    client& waiting = alice_comes();
    client& held = w.connect(home_of_bob);
    held.send(make_pc("bob"));
    w.core.drain(w.now);
    w.settle();
    expect_turned_away(waiting);
    EXPECT_EQ(held.take(), packets{"ERROR 5"});
    EXPECT_TRUE(held.saw_end() && alice.saw_end());
    w.wait(w.core.bounds().drain_timeout - milliseconds{1});
    b.reads(false);
    a.send_bytes("until the end");
    b.send_bytes("and so do I");
    EXPECT_EQ(a.take_text(), "and so do I");
    EXPECT_FALSE(a.saw_end());
    w.wait(milliseconds{1});
    EXPECT_TRUE(a.saw_end());
    b.reads(true);
    EXPECT_EQ(b.take_text(), "until the end") << "what was read is still written";
    EXPECT_TRUE(b.saw_end());
    w.wait(w.core.bounds().linger_timeout);
    EXPECT_EQ(w.core.connections(), 0U);
}

TEST_F(Tunnel, drain_ends_as_soon_as_the_last_tunnel_does) {
    const auto [a, b] = open();
    offer();
    w.core.drain(w.now);
    w.settle();
    bob.answer();
    EXPECT_EQ(alice.take(), packets{"ERROR 0"}) << "decided, and carried no more";
    alice.end();
    bob.end();
    a.end();
    b.end();
    EXPECT_EQ(w.core.connections(), 0U);
    EXPECT_EQ(count().tunnels_refused, 1U);
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
