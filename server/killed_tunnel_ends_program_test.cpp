// Clients that are killed at every step of agreeing on a private connection, and of using it.
#include "net/test_killed_clients.hpp"

#include <string>
#include <utility>

namespace chatos::net::test {
namespace {

// PC.

TEST_P(Killed, PC_asker_inside_it_and_nothing_is_offered) {
    connection alice = join(bound, "alice");
    alice.send_bytes(half(make_pc("carol")));
    kill_client(std::move(alice));
    expect_free("alice");
}

TEST_P(Killed, PC_asker_before_the_decision_and_a_late_yes_opens_nothing) {
    connection alice = join(bound, "alice");
    alice.send(make_pc("carol"));
    EXPECT_TRUE(carol.receives(make_pc("alice")));
    kill_client(std::move(alice));
    connection other = join_when_free(bound, "alice");
    carol.send(make_error(error::ok));
    // Her next RPM gets only its own answer: the decision was dropped.
    permit(carol, "alice");
}

TEST_P(Killed, PC_asker_with_the_decision_unread) {
    connection alice = join(bound, "alice");
    alice.send(make_pc("carol"));
    EXPECT_TRUE(carol.receives(make_pc("alice")));
    carol.send(make_error(error::ok));
    permit(carol, "dora");
    kill_client(std::move(alice));
    expect_free("alice");
}

TEST_P(Killed, PC_asked_before_reading_it) {
    connection bob = join(bound, "bob");
    carol.send(make_pc("bob"));
    EXPECT_TRUE(carol.receives(make_error(error::ok)));
    kill_client(std::move(bob));
    EXPECT_TRUE(carol.receives(make_error(error::unreachable)));
    expect_free("bob");
}

TEST_P(Killed, PC_asked_before_deciding) {
    connection bob = join(bound, "bob");
    carol.send(make_pc("bob"));
    EXPECT_TRUE(bob.receives(make_pc("carol")));
    kill_client(std::move(bob));
    EXPECT_TRUE(carol.receives(make_error(error::ok)));
    EXPECT_TRUE(carol.receives(make_error(error::unreachable)));
    expect_free("bob");
}

TEST_P(Killed, PC_asked_inside_its_decision) {
    connection bob = join(bound, "bob");
    carol.send(make_pc("bob"));
    EXPECT_TRUE(bob.receives(make_pc("carol")));
    bob.send_bytes(half(make_error(error::ok)));
    kill_client(std::move(bob));
    EXPECT_TRUE(carol.receives(make_error(error::ok)));
    EXPECT_TRUE(carol.receives(make_error(error::unreachable)));
    expect_free("bob");
}

TEST_P(Killed, PC_asked_after_deciding_and_the_decision_stands) {
    for (const error decision : {error::ok, error::refused}) {
        connection bob = join_when_free(bound, "bob");
        carol.send(make_pc("bob"));
        EXPECT_TRUE(bob.receives(make_pc("carol")));
        bob.send(make_error(decision));
        kill_client(std::move(bob));
        EXPECT_TRUE(carol.receives(make_error(error::ok)));
        EXPECT_TRUE(carol.receives(make_error(decision)));
    }
    expect_free("bob");
}

// Tunnels.

TEST_P(Killed, tunnel_end_inside_its_first_PC) {
    const auto users = agree();
    connection end{bound};
    end.send_bytes(half(make_pc("alice")));
    kill_client(std::move(end));
    auto tunnel = open_tunnel();
    expect_to_carry(tunnel);
}

TEST_P(Killed, tunnel_end_between_its_PCs) {
    const auto users = agree();
    connection end{bound};
    end.send(make_pc("alice"));
    kill_client(std::move(end));
    auto tunnel = open_tunnel();
    expect_to_carry(tunnel);
}

// The server sees its death as an end of input, which a living end may send early as well (TUN-2): so its end remains.
TEST_P(Killed, tunnel_end_that_waits_for_its_peer_and_the_peer_hears_the_end) {
    auto users = agree();
    kill_client(tunnel_end("alice", "bob"));
    connection b = tunnel_end("bob", "alice");
    EXPECT_TRUE(b.receives(make_error(error::ok)));
    EXPECT_EQ(b.next_event(), "end");
    users.first.send(make_pc("bob"));
    EXPECT_TRUE(users.second.receives(make_pc("alice"))) << "they can agree on another";
}

TEST_P(Killed, tunnel_end_of_an_open_tunnel_and_the_other_hears_the_end) {
    const auto users = agree();
    auto tunnel = open_tunnel();
    expect_to_carry(tunnel);
    kill_client(std::move(tunnel.first));
    EXPECT_EQ(tunnel.second.next_event(), "end");
}

TEST_P(Killed, tunnel_end_with_bytes_unread_and_bytes_on_the_way) {
    const auto users = agree();
    auto tunnel = open_tunnel();
    tunnel.second.send_bytes("never read");
    tunnel.first.send_bytes("last words");
    EXPECT_EQ(tunnel.second.receive_bytes(10), "last words");
    kill_client(std::move(tunnel.first));
    EXPECT_EQ(tunnel.second.next_event(), "end");
}

TEST_P(Killed, tunnel_both_ends_at_once) {
    auto users = agree();
    auto tunnel = open_tunnel();
    {
        killable_client a{std::move(tunnel.first)};
        killable_client b{std::move(tunnel.second)};
    }
    users.first.send(make_pc("bob"));
    EXPECT_TRUE(users.second.receives(make_pc("alice")));
}

TEST_P(Killed, tunnel_users_and_TUN_5_the_tunnel_goes_on) {
    auto users = agree();
    auto tunnel = open_tunnel();
    kill_client(std::move(users.first));
    kill_client(std::move(users.second));
    expect_free("alice");
    expect_free("bob");
    expect_to_carry(tunnel);
}

}  // namespace
}  // namespace chatos::net::test
