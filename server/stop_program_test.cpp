// SIGTERM at bad moments: under load, twice, with users that do not cooperate. Everything accepted is answered, or the
// connection is closed; the exit code is 0.
#include "net/test_client_pool.hpp"
#include "net/test_connection.hpp"
#include "net/test_monitored_server.hpp"
#include "net/test_process.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace chatos::net::test {
namespace {

using error = error_code;

constexpr const char* day = "86400000";
constexpr const char* moment = "200";

// Users that each keep messages to all others in flight.
class load {
public:
    explicit load(const std::string& bound)
        : users_{bound, [this](client_pool::member& client, const packet_view& packet) { take(client, packet); }} {
        EXPECT_TRUE(users_.join(count));
        for (client_pool::member& client : users_.clients()) {
            for (int i = 0; i < in_flight; ++i) {
                send_next(client);
            }
        }
        EXPECT_TRUE(users_.run_until([this] { return answers_ >= 3 * count; }));
    }

    [[nodiscard]] bool ends() {
        return users_.run_until([this] { return users_.ended() == count; });
    }

    // Every received message was accepted.
    void expect_what_was_accepted_to_be_answered() {
        for (const client_pool::member& client : users_.clients()) {
            EXPECT_GE(client.answers_received, delivered_[client.pseudo]) << client.pseudo;
        }
    }

private:
    static constexpr std::size_t count = 40;
    static constexpr int in_flight = 8;

    void send_next(client_pool::member& from) {
        const std::string text = std::to_string(++sent_[from.pseudo]);
        users_.send(from, make_sma(text));
    }

    void take(client_pool::member& client, const packet_view& packet) {
        if (packet.op == opcode::error) {
            ++answers_;
            send_next(client);
            return;
        }
        std::uint32_t& last = delivered_[std::string{packet.pseudo}];
        last = std::max(last, static_cast<std::uint32_t>(std::stoul(std::string{packet.message})));
    }

    client_pool users_;
    std::size_t answers_{0};
    std::map<std::string, std::uint32_t> sent_;
    std::map<std::string, std::uint32_t> delivered_;
};

TEST(Stop, SIGTERM_under_load_answers_everything_accepted) {
    process server{{"--listen", "127.0.0.1:0"}};
    load users{server.bound()};
    server.signal(SIGTERM);
    EXPECT_TRUE(users.ends());
    EXPECT_EQ(server.wait(), 0);
    users.expect_what_was_accepted_to_be_answered();
}

TEST(Stop, SIGTERM_twice_under_load_ends_at_once) {
    process server{{"--listen", "127.0.0.1:0", "--drain-timeout-ms", day, "--answer-timeout-ms", day}};
    load users{server.bound()};
    server.signal(SIGTERM);
    server.signal(SIGINT);  // two of the same kind may arrive as one
    EXPECT_EQ(server.wait(), 0) << "nobody has read or answered anything since";
    EXPECT_TRUE(users.ends());
}

// Exits within the drain limit, not by a limit of a day.
void expect_to_end(process& server) {
    const auto began = std::chrono::steady_clock::now();
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
    constexpr auto far_beyond_the_limits = std::chrono::seconds{300};
    EXPECT_LT(std::chrono::steady_clock::now() - began, far_beyond_the_limits);
}

std::vector<std::string> drained_in_a_moment() {
    return {"--listen",           "127.0.0.1:0", "--answer-timeout-ms", day,   "--pc-timeout-ms",    day,
            "--login-timeout-ms", day,           "--tunnel-timeout-ms", day,   "--drain-timeout-ms", moment,
            "--flush-timeout-ms", moment,        "--linger-timeout-ms", moment};
}

TEST(Stop, SIGTERM_with_a_user_that_never_answers_counts_it_as_4_at_the_drain_limit) {
    process server{drained_in_a_moment()};
    const std::string bound = server.bound();
    connection alice = join(bound, "alice");
    connection bob = join(bound, "bob");
    alice.send(make_sma("hi"));
    EXPECT_TRUE(bob.receives(make_spm("alice", "hi")));
    bob.send(make_pc("alice"));
    EXPECT_TRUE(bob.receives(make_error(error::ok)));
    EXPECT_TRUE(alice.receives(make_pc("bob")));
    expect_to_end(server);
    EXPECT_TRUE(alice.receives(make_error(error::unreachable)));
    EXPECT_TRUE(bob.receives(make_error(error::unreachable)));
    EXPECT_EQ(alice.next_event(), "end");
    EXPECT_EQ(bob.next_event(), "end");
}

TEST(Stop, SIGTERM_with_a_user_that_never_reads_ends_at_the_flush_limit) {
    process server{drained_in_a_moment()};
    const std::string bound = server.bound();
    connection alice = join(bound, "alice");
    connection mute = join(bound, "mute");
    const std::string large(60'000, 'm');
    for (int i = 0; i < 200; ++i) {  // more than the system's buffers take
        alice.send(make_sma(large));
    }
    alice.send(make_rpm("mute"));
    expect_to_end(server);
    const std::string answers = alice.receive_all();
    EXPECT_EQ(answers.size() % 2, 0U);
    EXPECT_FALSE(answers.empty());
}

TEST(Stop, SIGTERM_with_unregistered_clients_half_packets_and_unread_answers) {
    process server{drained_in_a_moment()};
    const std::string bound = server.bound();
    connection silent{bound};
    connection half{bound};
    half.send_bytes(bytes_of(make_cr("half")).substr(0, 3));
    connection user = join(bound, "user");
    user.send_bytes(bytes_of(make_sma("unfinished")).substr(0, 9));
    connection lazy = join(bound, "lazy");
    for (int i = 0; i < 1'000; ++i) {
        lazy.send(make_rpm("user"));
    }
    expect_to_end(server);
    EXPECT_EQ(silent.receive_all(), "");
    EXPECT_EQ(half.receive_all(), "");
    EXPECT_EQ(user.receive_all(), "");
}

TEST(Stop, SIGTERM_with_a_tunnel_that_nobody_ends) {
    process server{drained_in_a_moment()};
    const std::string bound = server.bound();
    connection alice = join(bound, "alice");
    connection bob = join(bound, "bob");
    alice.send(make_pc("bob"));
    EXPECT_TRUE(bob.receives(make_pc("alice")));
    bob.send(make_error(error::ok));
    connection a{bound};
    connection b{bound};
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
    a.send({make_pc("alice"), make_pc("bob")});
    b.send({make_pc("bob"), make_pc("alice")});
    EXPECT_TRUE(a.receives(make_error(error::ok)));
    EXPECT_TRUE(b.receives(make_error(error::ok)));
    expect_to_end(server);
    EXPECT_NE(a.next_event(), "bytes");
    EXPECT_NE(b.next_event(), "bytes");
}

TEST(Stop, SIGTERM_while_stopped_by_SIGSTOP_counts_once_it_goes_on) {
    process server{{"--listen", "127.0.0.1:0"}};
    connection alice = join(server.bound(), "alice");
    server.signal(SIGSTOP);
    server.signal(SIGTERM);
    server.signal(SIGCONT);
    EXPECT_EQ(alice.next_event(), "end");
    alice.end();
    EXPECT_EQ(server.wait(), 0);
}

TEST(Stop, SIGTERM_before_the_first_connection) {
    process server{{"--listen", "127.0.0.1:0"}};
    static_cast<void>(server.bound());
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
}

}  // namespace
}  // namespace chatos::net::test
