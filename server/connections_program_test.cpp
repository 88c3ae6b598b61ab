// Connections that are silent, slow, cut off, from one address, or simultaneous. Well-behaved clients are not affected
// (ERR-3).
#include "net/test_connection.hpp"
#include "net/test_killable_client.hpp"
#include "net/test_monitored_server.hpp"
#include "net/test_process.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <thread>
#include <utility>

namespace chatos::net::test {
namespace {

using error = error_code;

constexpr const char* day = "86400000";

// Registers where the login timeout is short: a busy machine may let it pass before the CR is sent.
connection join_in_time(const std::string& bound, const std::string& pseudo) {
    for (;;) {
        connection client{bound};
        client.send(make_cr(pseudo));
        const std::string answer = client.receive_bytes(2);
        if (answer != bytes_of(make_error(error::refused))) {
            EXPECT_EQ(answer, bytes_of(make_error(error::ok))) << pseudo;
            return client;
        }
    }
}

void expect_served(connection& client) {
    client.send(make_rpm("nobody"));
    EXPECT_TRUE(client.receives(make_error(error::unreachable)));
}

TEST(Connections, silent_after_connect_all_hear_5_and_are_ended_and_users_are_not) {
    monitored_server all{{"--login-timeout-ms", "300"}};
    connection alice = join_in_time(all.bound, "alice");
    const std::uint64_t slow_before = all.scrape()["chatos_closed_total{cause=\"slow_login\"}"];
    std::deque<connection> silent;
    for (int i = 0; i < 100; ++i) {
        silent.emplace_back(all.bound);
    }
    for (connection& client : silent) {
        EXPECT_TRUE(client.receives(make_error(error::refused)));
        EXPECT_EQ(client.next_event(), "end");
    }
    expect_served(alice);
    EXPECT_EQ(all.scrape()["chatos_closed_total{cause=\"slow_login\"}"] - slow_before, 100U);
}

// The timeout counts from the first byte of a packet: a client that sends a byte now and then does not extend it.
TEST(Connections, frame_never_completed_however_many_bytes_trickle_in) {
    process server{{"--listen", "127.0.0.1:0", "--login-timeout-ms", "300"}};
    const std::string bound = server.bound();
    connection stuck = join_in_time(bound, "stuck");
    connection slow = join_in_time(bound, "slow");
    const std::string message(60'000, 'm');
    const std::string endless = bytes_of(make_sma(message));
    stuck.send_bytes(endless.substr(0, 100));
    std::jthread trickle{[&slow, &endless](const std::stop_token& stop) {
        for (const char byte : endless) {
            if (stop.stop_requested()) {
                return;
            }
            slow.send_what_fits({&byte, 1});
            std::this_thread::sleep_for(
                std::chrono::milliseconds{5});  // slower than any limit, for as long as it takes
        }
    }};
    for (connection* client : {&stuck, &slow}) {
        EXPECT_TRUE(client->receives(make_error(error::refused)));
    }
    EXPECT_EQ(stuck.next_event(), "end");
    trickle.request_stop();
    trickle.join();
    static_cast<void>(join_when_free(bound, "stuck"));
    static_cast<void>(join_when_free(bound, "slow"));
}

TEST(Connections, FIN_inside_a_frame_ends_the_session_and_nothing_of_it_is_delivered) {
    for (const std::size_t kept : {std::size_t{1}, std::size_t{4}, std::size_t{8}}) {
        process server{{"--listen", "127.0.0.1:0", "--login-timeout-ms", day}};
        const std::string bound = server.bound();
        connection alice = join(bound, "alice");
        connection bob = join(bound, "bob");
        alice.send_bytes(bytes_of(make_sma("unfinished")).substr(0, kept));
        alice.end();
        EXPECT_EQ(alice.receive_all(), "");
        static_cast<void>(join_when_free(bound, "alice"));
        expect_served(bob);
    }
}

TEST(Connections, RST_inside_a_frame_ends_the_session_and_nothing_of_it_is_delivered) {
    for (const std::size_t kept : {std::size_t{1}, std::size_t{4}, std::size_t{8}}) {
        process server{{"--listen", "127.0.0.1:0", "--login-timeout-ms", day}};
        const std::string bound = server.bound();
        connection alice = join(bound, "alice");
        connection bob = join(bound, "bob");
        alice.send_bytes(bytes_of(make_sma("unfinished")).substr(0, kept));
        alice.reset();
        static_cast<void>(join_when_free(bound, "alice"));
        expect_served(bob);
    }
}

TEST(Connections, ECONNABORTED_reset_before_they_were_accepted) {
    monitored_server all;
    connection alice = join(all.bound, "alice");
    all.server.signal(SIGSTOP);
    for (int i = 0; i < 300; ++i) {
        connection client{all.bound};
        client.send(make_cr("ghost"));
        client.reset();
    }
    all.server.signal(SIGCONT);
    expect_served(alice);
    static_cast<void>(join_when_free(all.bound, "ghost"));
    while (all.scrape()["chatos_connections"] != 1) {
        std::this_thread::yield();
    }
}

// The server sends nothing to a client that does not read, stops reading it, and still notices when it breaks.
TEST(Connections, RST_from_a_client_that_the_server_has_stopped_reading) {
    monitored_server all{{"--login-timeout-ms", day, "--answer-timeout-ms", day}};
    connection bob = join(all.bound, "bob");
    connection alice = join(all.bound, "alice");
    std::string flood;
    for (int i = 0; i < 200'000; ++i) {
        flood += bytes_of(make_rpm("nobody-at-all-of-that-name"));
    }
    alice.send_what_fits(flood);
    expect_to_rest(all.server);
    alice.reset();
    static_cast<void>(join_when_free(all.bound, "alice"));
    expect_served(bob);
    expect_to_rest(all.server);
}

TEST(Connections, one_address_opening_everything_keeps_no_other_address_out) {
    monitored_server all{{"--per-address-max", "50", "--unregistered-max", "100"}};
    std::deque<connection> greedy;
    for (int i = 0; i < 200; ++i) {
        greedy.emplace_back(all.bound);
    }
    connection other{all.bound, "127.0.0.2"};
    other.send(make_cr("other"));
    EXPECT_TRUE(other.receives(make_error(error::ok)));
    for (std::size_t i = 50; i < greedy.size(); ++i) {
        EXPECT_TRUE(greedy[i].receives(make_error(error::out_of_capacity)));
    }
    EXPECT_EQ(all.scrape()["chatos_connections"], 51U);
}

// The system gives each new connection the lowest free number: those that simultaneous resets have freed.
TEST(Connections, descriptor_numbers_reused_within_a_turn_mix_nobody_up) {
    monitored_server all;
    connection watcher = join(all.bound, "watcher");
    std::deque<connection> leaving;
    for (int round = 0; round < 5; ++round) {
        std::deque<connection> coming;
        all.server.signal(SIGSTOP);
        for (int i = 0; i < 100; ++i) {
            if (!leaving.empty()) {
                leaving.front().send_bytes(bytes_of(make_rpm("watcher")) + bytes_of(make_sma("cut off")).substr(0, 7));
                leaving.front().reset();
                leaving.pop_front();
            }
            const std::string pseudo = "round" + std::to_string(round) + "user" + std::to_string(i);
            coming.emplace_back(all.bound).send(
                {make_cr(pseudo), make_rpm("watcher"), make_rpm("nobody"), make_rpm(pseudo)});
        }
        all.server.signal(SIGCONT);
        for (connection& client : coming) {
            for (const error code : {error::ok, error::ok, error::unreachable, error::ok}) {
                ASSERT_TRUE(client.receives(make_error(code)));
            }
        }
        leaving = std::move(coming);
    }
    expect_served(watcher);
    leaving.clear();
    while (all.scrape()["chatos_connections"] != 1) {
        std::this_thread::yield();
    }
}

TEST(Connections, half_close_after_requests_of_every_kind_brings_each_answer_and_then_the_end) {
    process server{{"--listen", "127.0.0.1:0"}};
    const std::string bound = server.bound();
    connection bob = join(bound, "bob");
    connection alice{bound};
    alice.send({make_cr("alice"), make_rpm("bob"), make_spm("bob", "one"), make_sma("all"), make_pc("bob")});
    alice.end();
    for (const packet_view& expected : {make_spm("alice", "one"), make_spm("alice", "all"), make_pc("alice")}) {
        EXPECT_TRUE(bob.receives(expected));
        bob.send(make_error(error::ok));
    }
    for (int i = 0; i < 6; ++i) {
        EXPECT_TRUE(alice.receives(make_error(error::ok))) << i;
    }
    EXPECT_EQ(alice.next_event(), "end");
}

// The process.

TEST(Process, SIGPIPE_and_a_stdout_that_nobody_reads_do_not_end_it) {
    process server{{"--listen", "127.0.0.1:0"}};
    const std::string bound = server.bound();
    server.close_out();
    connection alice = join(bound, "alice");
    server.signal(SIGPIPE);
    expect_served(alice);
    process deaf{{"--listen", "127.0.0.1:0"}};
    deaf.close_out();
    while (deaf.err_line().find("event=started") == std::string::npos) {
    }
    deaf.signal(SIGTERM);
    EXPECT_EQ(deaf.wait(), 0);
}

TEST(Process, SIGSTOP_and_SIGCONT_what_came_meanwhile_is_served_in_order) {
    process server{{"--listen", "127.0.0.1:0", "--answer-timeout-ms", day, "--login-timeout-ms", day}};
    const std::string bound = server.bound();
    connection alice = join(bound, "alice");
    connection bob = join(bound, "bob");
    server.signal(SIGSTOP);
    alice.send(make_rpm("bob"));
    for (int i = 0; i < 100; ++i) {
        const std::string text = std::to_string(i);
        alice.send(make_spm("bob", text));
    }
    connection newcomer{bound};
    newcomer.send(make_cr("newcomer"));
    server.signal(SIGCONT);
    EXPECT_TRUE(newcomer.receives(make_error(error::ok)));
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
    for (int i = 0; i < 100; ++i) {
        const std::string text = std::to_string(i);
        ASSERT_TRUE(bob.receives(make_spm("alice", text)));
        bob.send(make_error(error::ok));
        ASSERT_TRUE(alice.receives(make_error(error::ok)));
    }
}

}  // namespace
}  // namespace chatos::net::test
