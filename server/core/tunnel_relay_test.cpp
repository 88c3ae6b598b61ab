// TUN-2, TUN-5: what goes through a tunnel, and what ends it.
#include "core/tunnel_fixture.hpp"

#include <array>
#include <span>
#include <string>

namespace chatos::core::test {
namespace {

TEST_F(Tunnel, TUN_2_bytes_go_both_ways_unread) {
    const auto [a, b] = open();
    const std::string anything = std::string{"\xff\x00\x01", 3} + bytes_of(make_cr("carol"));
    a.send_bytes(anything);
    b.send_bytes("and back");
    EXPECT_EQ(b.take_text(), anything);
    EXPECT_EQ(a.take_text(), "and back");
    EXPECT_EQ(count().tunnel_bytes_relayed, anything.size() + 8);
    net.wait(milliseconds{10'000'000});
    EXPECT_FALSE(a.saw_end() || b.saw_end()) << "an open tunnel may be idle for hours";
}

TEST_F(Tunnel, TUN_2_bytes_from_before_the_error_come_first_however_they_are_cut) {
    for (const std::size_t segment : {1U, 2U, 7U, 65'536U}) {
        net.segment_bytes = segment;
        agree();
        client& a = net.connect(home_of_alice);
        a.send_bytes(bytes_of(make_pc("alice")) + bytes_of(make_pc("bob")) + "early");
        a.send_bytes(" bird");
        client& b = net.connect(home_of_bob);
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
    net.wait(milliseconds{1'000'000});
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
    client& a = net.connect(home_of_alice);
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
    client& b = net.connect(home_of_bob);
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
    net.wait(net.core.bounds().linger_timeout);
    EXPECT_TRUE(b.is_closed());
    EXPECT_EQ(count().tunnels_open, 0U);
}

TEST_F(Tunnel, TUN_2_who_takes_nothing_more_of_an_ended_tunnel_is_closed_and_who_takes_a_little_is_not) {
    const auto [a, b] = open();
    b.reads(false);
    a.send_bytes("last words");
    a.reset();
    net.wait(net.core.bounds().flush_timeout - milliseconds{1});
    std::array<std::span<const std::byte>, 1> piece;
    ASSERT_EQ(net.core.gather(b.id(), piece), 1U);
    net.core.wrote(b.id(), 1, net.now);
    net.wait(net.core.bounds().flush_timeout - milliseconds{1});
    EXPECT_FALSE(b.is_closed());
    net.wait(milliseconds{1});
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
    net.wait(net.core.bounds().flush_timeout);
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
    EXPECT_FALSE(net.core.wants_input(a.id()));
    EXPECT_GT(a.unsent_bytes(), 100'000U - 11'000U);
    b.send_bytes("the other direction continues");
    EXPECT_EQ(a.take_text(), "the other direction continues");
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
    net.segment_bytes = 1;
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
    EXPECT_FALSE(net.core.wants_input(a.id()));
    EXPECT_GE(a.unsent_bytes(), 50'000U - 11'000U);
    client& b = bob_comes();
    EXPECT_EQ(b.take_text(), bytes_of(make_error(error_code::ok)) + flood);
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
    client& held = net.connect(home_of_bob);
    held.send(make_pc("bob"));
    net.core.drain(net.now);
    net.settle();
    expect_rejected(waiting);
    EXPECT_EQ(held.take(), packets{"ERROR 5"});
    EXPECT_TRUE(held.saw_end() && alice.saw_end());
    net.wait(net.core.bounds().drain_timeout - milliseconds{1});
    b.reads(false);
    a.send_bytes("until the end");
    b.send_bytes("and so do I");
    EXPECT_EQ(a.take_text(), "and so do I");
    EXPECT_FALSE(a.saw_end());
    net.wait(milliseconds{1});
    EXPECT_TRUE(a.saw_end());
    b.reads(true);
    EXPECT_EQ(b.take_text(), "until the end") << "what was read is still written";
    EXPECT_TRUE(b.saw_end());
    net.wait(net.core.bounds().linger_timeout);
    EXPECT_EQ(net.core.connections(), 0U);
}

TEST_F(Tunnel, drain_ends_as_soon_as_the_last_tunnel_does) {
    const auto [a, b] = open();
    offer();
    net.core.drain(net.now);
    net.settle();
    bob.answer();
    EXPECT_EQ(alice.take(), packets{"ERROR 0"}) << "decided, and carried no more";
    alice.end();
    bob.end();
    a.end();
    b.end();
    EXPECT_EQ(net.core.connections(), 0U);
    EXPECT_EQ(count().tunnels_refused, 1U);
}

}  // namespace
}  // namespace chatos::core::test
