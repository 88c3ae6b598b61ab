// Clients that are killed (SIGKILL) at every step of every flow. After each the pseudo is free again (CONN-6), a client
// that waits for a dead client gets 4 (PM-7, PC-4, ALL-9), and others continue (ERR-3). No timeout helps: all are a
// day.
#include "net/test_connection.hpp"
#include "net/test_killable_client.hpp"
#include "net/test_monitored_server.hpp"
#include "net/test_process.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace chatos::net::test {
namespace {

using error = error_code;

class Killed : public testing::TestWithParam<const char*> {
protected:
    Killed()
        : all{{"--listen", "unix:" + folder.path("socket"), "--answer-timeout-ms", day, "--pc-timeout-ms", day,
               "--login-timeout-ms", day, "--tunnel-timeout-ms", day}},
          bound{std::string{GetParam()} == "tcp" ? all.bound : "unix:" + folder.path("socket")},
          carol{join(bound, "carol")}, dora{join(bound, "dora")} {}
    Killed(const Killed&) = delete;
    Killed& operator=(const Killed&) = delete;

    void TearDown() override {
        await_connections(2);
        expect_others_to_go_on();
        all.server.signal(SIGTERM);
        for (connection* client : {&carol, &dora}) {
            EXPECT_EQ(client->next_event(), "end");
            client->end();
        }
        EXPECT_EQ(all.server.wait(), 0);
    }

    // A leftover of the dead client would come first and be noticed.
    void expect_others_to_go_on() {
        carol.send({make_rpm("dora"), make_spm("dora", "still here")});
        EXPECT_TRUE(carol.receives(make_error(error::ok)));
        EXPECT_TRUE(dora.receives(make_spm("carol", "still here")));
        dora.send(make_error(error::ok));
        EXPECT_TRUE(carol.receives(make_error(error::ok)));
        carol.send(make_pc("dora"));
        EXPECT_TRUE(dora.receives(make_pc("carol")));
        dora.send(make_error(error::refused));
        EXPECT_TRUE(carol.receives(make_error(error::ok)));
        EXPECT_TRUE(carol.receives(make_error(error::refused)));
    }

    void expect_free(const std::string& pseudo) const { static_cast<void>(join_when_free(bound, pseudo)); }

    // Waits until the server has noticed all departures.
    void await_connections(std::uint64_t count) const {
        while (all.scrape()["chatos_connections"] != count) {
            std::this_thread::yield();
        }
    }

    // Permits `from` to write to `to`.
    static void permit(connection& from, const std::string& to) {
        from.send(make_rpm(to));
        EXPECT_TRUE(from.receives(make_error(error::ok)));
    }

    static std::string half(const packet_view& packet) {
        const std::string bytes = bytes_of(packet);
        return bytes.substr(0, bytes.size() / 2);
    }

    void expect_both_receive(const packet_view& packet) {
        EXPECT_TRUE(carol.receives(packet));
        EXPECT_TRUE(dora.receives(packet));
    }

    void answer_both(error code) {
        carol.send(make_error(code));
        dora.send(make_error(code));
    }

    // Alice and Bob have agreed on a private connection.
    std::pair<connection, connection> agree() const {
        std::pair both{join(bound, "alice"), join(bound, "bob")};
        both.first.send(make_pc("bob"));
        EXPECT_TRUE(both.second.receives(make_pc("alice")));
        both.second.send(make_error(error::ok));
        EXPECT_TRUE(both.first.receives(make_error(error::ok)));
        EXPECT_TRUE(both.first.receives(make_error(error::ok)));
        return both;
    }

    [[nodiscard]] connection tunnel_end(const std::string& own, const std::string& peer) const {
        connection end{bound};
        end.send({make_pc(own), make_pc(peer)});
        return end;
    }

    std::pair<connection, connection> open_tunnel() const {
        std::pair both{tunnel_end("alice", "bob"), tunnel_end("bob", "alice")};
        EXPECT_TRUE(both.first.receives(make_error(error::ok)));
        EXPECT_TRUE(both.second.receives(make_error(error::ok)));
        return both;
    }

    static void expect_to_carry(std::pair<connection, connection>& tunnel) {
        tunnel.first.send_bytes("question");
        EXPECT_EQ(tunnel.second.receive_bytes(8), "question");
        tunnel.second.send_bytes("answer");
        EXPECT_EQ(tunnel.first.receive_bytes(6), "answer");
    }

    static constexpr const char* day = "86400000";
    base::testing::temporary_folder folder;
    monitored_server all;
    std::string bound;
    connection carol;
    connection dora;
};

INSTANTIATE_TEST_SUITE_P(Over, Killed, testing::Values("tcp", "unix"), [](const auto& with) { return with.param; });

// CR.

TEST_P(Killed, CR_before_a_byte_was_sent) {
    kill_client(connection{bound});
}

TEST_P(Killed, CR_inside_it) {
    connection alice{bound};
    alice.send_bytes(half(make_cr("alice")));
    kill_client(std::move(alice));
    expect_free("alice");
}

TEST_P(Killed, CR_sent_and_its_answer_unread) {
    connection alice{bound};
    alice.send(make_cr("alice"));
    kill_client(std::move(alice));
    expect_free("alice");
}

TEST_P(Killed, CR_answered_and_idle) {
    kill_client(join(bound, "alice"));
    expect_free("alice");
}

TEST_P(Killed, CR_refused_because_the_pseudo_is_taken_and_its_holder_notices_nothing) {
    connection alice{bound};
    alice.send(make_cr("carol"));
    EXPECT_TRUE(alice.receives(make_error(error::pseudo_taken)));
    kill_client(std::move(alice));
}

// RPM.

TEST_P(Killed, RPM_inside_it) {
    connection alice = join(bound, "alice");
    alice.send_bytes(half(make_rpm("carol")));
    kill_client(std::move(alice));
    expect_free("alice");
}

TEST_P(Killed, RPM_sent_and_its_answer_unread) {
    connection alice = join(bound, "alice");
    alice.send(make_rpm("carol"));
    kill_client(std::move(alice));
    expect_free("alice");
}

TEST_P(Killed, RPM_answered_and_the_permission_ends_with_its_holder) {
    connection alice = join(bound, "alice");
    permit(alice, "carol");
    kill_client(std::move(alice));
    connection other = join_when_free(bound, "alice");
    other.send(make_spm("carol", "no permission"));
    EXPECT_TRUE(other.receives(make_error(error::refused)));
}

TEST_P(Killed, RPM_named_it_and_PM_10_the_permission_ends_with_the_recipient) {
    connection bob = join(bound, "bob");
    permit(carol, "bob");
    kill_client(std::move(bob));
    connection other = join_when_free(bound, "bob");
    carol.send(make_spm("bob", "for the former bob"));
    EXPECT_TRUE(carol.receives(make_error(error::refused)));
}

// SPM, its sender.

TEST_P(Killed, SPM_sender_inside_it_and_nothing_is_delivered) {
    connection alice = join(bound, "alice");
    permit(alice, "carol");
    alice.send_bytes(half(make_spm("carol", "unfinished")));
    kill_client(std::move(alice));
    expect_free("alice");
}

TEST_P(Killed, SPM_sender_before_the_recipient_answered_and_that_answer_is_used_up) {
    connection alice = join(bound, "alice");
    permit(alice, "carol");
    alice.send(make_spm("carol", "last words"));
    EXPECT_TRUE(carol.receives(make_spm("alice", "last words")));
    kill_client(std::move(alice));
    expect_free("alice");
    // Each answer of Carol goes to the oldest delivery (FLOW-2): the first has no sender left, the second goes to Dora.
    permit(dora, "carol");
    dora.send(make_spm("carol", "behind"));
    EXPECT_TRUE(carol.receives(make_spm("dora", "behind")));
    carol.send({make_error(error::ok), make_error(error::refused)});
    EXPECT_TRUE(dora.receives(make_error(error::refused)));
}

TEST_P(Killed, SPM_sender_with_the_answer_unread) {
    connection alice = join(bound, "alice");
    permit(alice, "carol");
    alice.send(make_spm("carol", "hi"));
    EXPECT_TRUE(carol.receives(make_spm("alice", "hi")));
    carol.send({make_error(error::ok), make_rpm("dora")});
    EXPECT_TRUE(carol.receives(make_error(error::ok))) << "what was sent before is processed";
    kill_client(std::move(alice));
    expect_free("alice");
}

// SPM, its recipient.

TEST_P(Killed, SPM_recipient_before_reading_it) {
    connection bob = join(bound, "bob");
    permit(carol, "bob");
    carol.send(make_spm("bob", "hi"));
    kill_client(std::move(bob));
    EXPECT_TRUE(carol.receives(make_error(error::unreachable)));
    expect_free("bob");
}

TEST_P(Killed, SPM_recipient_before_answering) {
    connection bob = join(bound, "bob");
    permit(carol, "bob");
    carol.send(make_spm("bob", "hi"));
    EXPECT_TRUE(bob.receives(make_spm("carol", "hi")));
    kill_client(std::move(bob));
    EXPECT_TRUE(carol.receives(make_error(error::unreachable)));
    expect_free("bob");
}

TEST_P(Killed, SPM_recipient_inside_its_answer) {
    connection bob = join(bound, "bob");
    permit(carol, "bob");
    carol.send(make_spm("bob", "hi"));
    EXPECT_TRUE(bob.receives(make_spm("carol", "hi")));
    bob.send_bytes(half(make_error(error::ok)));
    kill_client(std::move(bob));
    EXPECT_TRUE(carol.receives(make_error(error::unreachable)));
    expect_free("bob");
}

TEST_P(Killed, SPM_recipient_after_answering_and_the_answer_stands) {
    connection bob = join(bound, "bob");
    permit(carol, "bob");
    carol.send(make_spm("bob", "hi"));
    EXPECT_TRUE(bob.receives(make_spm("carol", "hi")));
    bob.send(make_error(error::refused));
    kill_client(std::move(bob));
    EXPECT_TRUE(carol.receives(make_error(error::refused)));
    expect_free("bob");
}

TEST_P(Killed, SPM_recipient_of_many_and_each_sender_hears_of_each) {
    connection bob = join(bound, "bob");
    permit(carol, "bob");
    permit(dora, "bob");
    for (int i = 0; i < 100; ++i) {
        carol.send(make_spm("bob", "from carol"));
        dora.send(make_spm("bob", "from dora"));
    }
    kill_client(std::move(bob));
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(carol.receives(make_error(error::unreachable))) << i;
        ASSERT_TRUE(dora.receives(make_error(error::unreachable))) << i;
    }
    expect_free("bob");
}

// SMA.

TEST_P(Killed, SMA_sender_inside_it_and_nothing_is_delivered) {
    connection alice = join(bound, "alice");
    alice.send_bytes(half(make_sma("unfinished")));
    kill_client(std::move(alice));
    expect_free("alice");
}

TEST_P(Killed, SMA_sender_before_anybody_answered) {
    connection alice = join(bound, "alice");
    alice.send(make_sma("hi"));
    expect_both_receive(make_spm("alice", "hi"));
    kill_client(std::move(alice));
    expect_free("alice");
    answer_both(error::ok);
}

TEST_P(Killed, SMA_sender_between_two_answers) {
    connection alice = join(bound, "alice");
    alice.send(make_sma("hi"));
    expect_both_receive(make_spm("alice", "hi"));
    carol.send(make_error(error::ok));
    kill_client(std::move(alice));
    expect_free("alice");
    dora.send(make_error(error::ok));
}

TEST_P(Killed, SMA_sender_with_the_answer_unread) {
    connection alice = join(bound, "alice");
    alice.send(make_sma("hi"));
    expect_both_receive(make_spm("alice", "hi"));
    answer_both(error::ok);
    kill_client(std::move(alice));
    expect_free("alice");
}

TEST_P(Killed, SMA_recipient_before_reading_it) {
    connection bob = join(bound, "bob");
    carol.send(make_sma("hi"));
    EXPECT_TRUE(dora.receives(make_spm("carol", "hi")));
    dora.send(make_error(error::ok));
    kill_client(std::move(bob));
    EXPECT_TRUE(carol.receives(make_error(error::unreachable)));
    expect_free("bob");
}

TEST_P(Killed, SMA_recipient_before_answering_and_ALL_3_the_others_are_waited_for) {
    connection bob = join(bound, "bob");
    carol.send(make_sma("hi"));
    EXPECT_TRUE(bob.receives(make_spm("carol", "hi")));
    EXPECT_TRUE(dora.receives(make_spm("carol", "hi")));
    kill_client(std::move(bob));
    expect_free("bob");
    dora.send(make_error(error::refused));
    EXPECT_TRUE(carol.receives(make_error(error::refused))) << "the highest code of all: 4 and 5";
}

TEST_P(Killed, SMA_recipient_inside_its_answer) {
    connection bob = join(bound, "bob");
    carol.send(make_sma("hi"));
    EXPECT_TRUE(dora.receives(make_spm("carol", "hi")));
    dora.send(make_error(error::ok));
    EXPECT_TRUE(bob.receives(make_spm("carol", "hi")));
    bob.send_bytes(half(make_error(error::ok)));
    kill_client(std::move(bob));
    EXPECT_TRUE(carol.receives(make_error(error::unreachable)));
    expect_free("bob");
}

TEST_P(Killed, SMA_recipient_after_answering_and_the_answer_stands) {
    connection bob = join(bound, "bob");
    carol.send(make_sma("hi"));
    EXPECT_TRUE(bob.receives(make_spm("carol", "hi")));
    bob.send(make_error(error::ok));
    kill_client(std::move(bob));
    expect_free("bob");
    EXPECT_TRUE(dora.receives(make_spm("carol", "hi")));
    dora.send(make_error(error::ok));
    EXPECT_TRUE(carol.receives(make_error(error::ok)));
}

TEST_P(Killed, SMA_recipients_all_at_once) {
    std::vector<std::unique_ptr<killable_client>> clients;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(std::make_unique<killable_client>(join(bound, "doomed" + std::to_string(i))));
    }
    carol.send(make_sma("hi"));
    EXPECT_TRUE(dora.receives(make_spm("carol", "hi")));
    dora.send(make_error(error::ok));
    clients.clear();
    EXPECT_TRUE(carol.receives(make_error(error::unreachable)));
    for (int i = 0; i < 20; ++i) {
        expect_free("doomed" + std::to_string(i));
    }
}

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
