// The whole server in this process, over real sockets of this machine.
#include "base/endpoint.hpp"
#include "base/testing/temporary_folder.hpp"
#include "net/socket_server.hpp"
#include "net/test_connection.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <thread>
#include <unistd.h>

namespace chatos::net::test {
namespace {

using error = error_code;

// Timeouts that no machine is too slow for.
core::options patient() {
    core::options bounds{};
    bounds.answer_timeout = bounds.pc_timeout = bounds.login_timeout = std::chrono::hours{1};
    bounds.drain_timeout = std::chrono::hours{1};
    bounds.output_bytes_max = std::size_t{64} << 20U;
    return bounds;
}

struct OverSockets : testing::Test {
    explicit OverSockets(const core::options& bounds = patient(), const service_setup& setup = {})
        : server{bounds, setup} {}
    OverSockets(const OverSockets&) = delete;
    OverSockets& operator=(const OverSockets&) = delete;

    std::string listen(const std::string& text) {
        const auto result = server.listen(base::parse_listen_endpoint(text).value);
        EXPECT_EQ(result.fault, "");
        return result.bound.front();
    }

    void SetUp() override {
        bound = listen("127.0.0.1:0");
        runner = std::thread{[this] { server.run(); }};
    }

    void TearDown() override {
        if (runner.joinable()) {
            server.stop();
            server.stop();
            runner.join();
        }
    }

    [[nodiscard]] connection join(const std::string& pseudo) const {
        connection client{bound};
        client.send(make_cr(pseudo));
        EXPECT_TRUE(client.receives(make_error(error::ok))) << pseudo;
        return client;
    }

    socket_server server;
    std::string bound;
    std::thread runner;
};

TEST_F(OverSockets, a_conversation) {
    connection alice = join("alice");
    connection bob = join("bob");
    alice.send({make_rpm("bob"), make_spm("bob", "hi")});
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
    EXPECT_TRUE(bob.receives(make_spm("alice", "hi")));
    bob.send(make_error(error::refused));
    EXPECT_TRUE(alice.receives(make_error(error::refused)));
    bob.send(make_pc("alice"));
    EXPECT_TRUE(bob.receives(make_error(error::ok)));
    EXPECT_TRUE(alice.receives(make_pc("bob")));
}

// The loop is busy with something else until the time limit is over; the answer arrives before that.
TEST(BusyLoop, FLOW_7_an_answer_that_has_arrived_in_time_counts_before_the_limit_takes_effect) {
    constexpr auto limit = std::chrono::milliseconds{150};
    using clock = std::chrono::steady_clock;
    core::options bounds = patient();
    bounds.answer_timeout = limit;
    for (int attempt = 0; attempt < 10; ++attempt) {
        std::unique_ptr<connection> bob;
        clock::time_point sent;
        clock::time_point delivered;
        bool in_time = false;
        socket_server server{bounds, {.on_stopping = [&] {
                                 bob->send(make_error(error::ok));
                                 in_time = clock::now() < sent + limit;
                                 std::this_thread::sleep_until(delivered + limit);
                             }}};
        const auto listening = server.listen(base::parse_listen_endpoint("127.0.0.1:0").value);
        ASSERT_EQ(listening.fault, "");
        std::thread runner{[&server] { server.run(); }};
        connection alice{listening.bound.front()};
        bob = std::make_unique<connection>(listening.bound.front());
        alice.send(make_cr("alice"));
        EXPECT_TRUE(alice.receives(make_error(error::ok)));
        bob->send(make_cr("bob"));
        EXPECT_TRUE(bob->receives(make_error(error::ok)));
        alice.send(make_rpm("bob"));
        EXPECT_TRUE(alice.receives(make_error(error::ok)));
        sent = clock::now();
        alice.send(make_spm("bob", "hi"));
        EXPECT_TRUE(bob->receives(make_spm("alice", "hi")));
        delivered = clock::now();
        server.stop();
        const std::string answer = alice.receive_bytes(2);
        server.stop();
        runner.join();
        if (in_time) {
            EXPECT_EQ(answer, bytes_of(make_error(error::ok)));
            return;
        }
    }
    GTEST_SKIP() << "this machine is too slow to answer within " << limit.count() << " ms";
}

// The other tests have it where the system does.
struct WithoutIoUring : OverSockets {
    WithoutIoUring() : OverSockets{patient(), {.io_uring = false}} {}
};

TEST_F(WithoutIoUring, many_talk_at_once_and_everything_arrives) {
    std::deque<connection> all;
    for (int i = 0; i < 20; ++i) {
        all.push_back(join(std::string("user ") + static_cast<char>('a' + i)));
    }
    for (connection& client : all) {
        client.send(make_sma("hello"));
    }
    const std::size_t size = bytes_of(make_spm("user x", "hello")).size();
    for (connection& client : all) {
        for (std::size_t i = 1; i < all.size(); ++i) {
            ASSERT_EQ(client.receive_bytes(size).size(), size);
            client.send(make_error(error::ok));
        }
    }
    for (connection& client : all) {
        EXPECT_TRUE(client.receives(make_error(error::ok)));
    }
}

TEST_F(OverSockets, WIRE_13_one_byte_at_a_time) {
    connection alice = join("alice");
    connection bob = join("bob");
    const std::string bytes = bytes_of(make_rpm("bob")) + bytes_of(make_spm("bob", "slowly"));
    for (const char byte : bytes) {
        alice.send_bytes({&byte, 1});
    }
    EXPECT_TRUE(bob.receives(make_spm("alice", "slowly")));
}

TEST_F(OverSockets, CONN_6_a_reset_inside_a_packet_frees_the_pseudo) {
    connection alice = join("alice");
    alice.send_bytes(bytes_of(make_sma("unfinished")).substr(0, 8));
    alice.reset();
    connection other{bound};
    bool taken = true;
    while (taken) {  // until the server has seen the reset
        other.send(make_cr("alice"));
        const std::string answer = other.receive_bytes(2);
        ASSERT_EQ(answer.size(), 2U);
        taken = answer == bytes_of(make_error(error::pseudo_taken));
    }
}

TEST_F(OverSockets, FLOW_8_half_close_after_a_request_still_brings_the_answer_and_then_an_end) {
    connection alice = join("alice");
    connection bob = join("bob");
    alice.send({make_rpm("bob"), make_spm("bob", "bye")});
    alice.end();
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
    EXPECT_TRUE(bob.receives(make_spm("alice", "bye")));
    bob.send(make_error(error::ok));
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
    EXPECT_EQ(alice.next_event(), "end");
}

TEST_F(OverSockets, ERR_5_the_last_error_arrives_whatever_is_sent_behind_the_bad_byte) {
    connection alice = join("alice");
    alice.send_bytes(std::string(1'000'000, '\xff'));
    EXPECT_TRUE(alice.receives(make_error(error::refused)));
    EXPECT_EQ(alice.next_event(), "end");
}

TEST_F(OverSockets, a_slow_reader_gets_everything_in_the_end) {
    connection alice = join("alice");
    connection bob = join("bob");
    const std::string message(65'536, 'm');
    constexpr int count = 300;  // more than the system's buffers take
    for (int i = 0; i < count; ++i) {
        alice.send(make_sma(message));
    }
    connection unregistered{bound};
    unregistered.send(make_rpm("bob"));
    EXPECT_TRUE(unregistered.receives(make_error(error::refused))) << "the server is not stuck";
    for (int i = 0; i < count; ++i) {
        ASSERT_TRUE(bob.receives(make_spm("alice", message))) << i;
        bob.send(make_error(error::ok));
        ASSERT_TRUE(alice.receives(make_error(error::ok))) << i;
    }
}

TEST_F(OverSockets, answers_that_nobody_reads_stop_the_server_from_reading_and_none_is_lost) {
    connection alice = join("alice");
    constexpr std::size_t count = 300'000;
    std::thread writer{[&alice] {
        std::string flood;
        for (std::size_t i = 0; i < count; ++i) {
            flood += bytes_of(make_rpm("alice"));
        }
        alice.send_bytes(flood);
    }};
    const std::string answers = alice.receive_bytes(count * 2);
    writer.join();
    EXPECT_EQ(answers.size(), count * 2);
    EXPECT_EQ(answers.find_first_not_of(bytes_of(make_error(error::ok))), std::string::npos);
}

TEST_F(OverSockets, many_connections_at_once) {
    std::deque<connection> all;
    for (int i = 0; i < 300; ++i) {
        all.emplace_back(bound);
        all.back().send(make_cr(std::string{"user"}.append(std::to_string(i))));
    }
    for (connection& client : all) {
        ASSERT_TRUE(client.receives(make_error(error::ok)));
    }
    all.front().send(make_sma("hello"));
    for (std::size_t i = 1; i < all.size(); ++i) {
        ASSERT_TRUE(all[i].receives(make_spm("user0", "hello")));
        all[i].send(make_error(error::ok));
    }
    EXPECT_TRUE(all.front().receives(make_error(error::ok)));
}

TEST_F(OverSockets, stopping_answers_what_was_accepted_and_then_ends_every_connection) {
    connection alice = join("alice");
    connection bob = join("bob");
    connection idle = join("idle");
    alice.send({make_rpm("bob"), make_spm("bob", "last")});
    ASSERT_TRUE(bob.receives(make_spm("alice", "last")));
    server.stop();
    EXPECT_EQ(idle.next_event(), "end");
    idle.end();
    bob.send(make_error(error::pseudo_taken));
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
    EXPECT_TRUE(alice.receives(make_error(error::pseudo_taken)));
    for (connection* client : {&alice, &bob}) {
        EXPECT_EQ(client->next_event(), "end");
        client->end();
    }
    runner.join();
    EXPECT_EQ(server.count().connections_open, 0U);
    EXPECT_EQ(server.count().requests_pending, 0U);
}

struct OverSocketsWithShortLogin : OverSockets {
    OverSocketsWithShortLogin()
        : OverSockets{{.answer_timeout = std::chrono::hours{1}, .login_timeout = std::chrono::milliseconds{20}}} {}
};

TEST_F(OverSocketsWithShortLogin, ERR_4_a_silent_connection_is_told_and_ended) {
    connection silent{bound};
    EXPECT_TRUE(silent.receives(make_error(error::refused)));
    EXPECT_EQ(silent.next_event(), "end");
}

// The login has no short timeout here: a busy machine may let that pass first.
struct OverSocketsWithShortAnswers : OverSockets {
    OverSocketsWithShortAnswers()
        : OverSockets{{.answer_timeout = std::chrono::milliseconds{20}, .login_timeout = std::chrono::hours{1}}} {}
};

TEST_F(OverSocketsWithShortAnswers, PM_8_a_recipient_that_does_not_answer) {
    connection alice = join("alice");
    connection bob = join("bob");
    alice.send(make_sma("hi"));
    EXPECT_TRUE(alice.receives(make_error(error::unreachable)));
}

struct Listening : OverSockets {
    void SetUp() override {}
    void start() {
        runner = std::thread{[this] { server.run(); }};
    }
};

TEST_F(Listening, several_listeners_of_every_kind_serve_one_server) {
    const base::testing::temporary_folder folder;
    const std::string path = folder.path("socket");
    const std::string unix_bound = listen("unix:" + path);
    bound = listen("127.0.0.1:0");
    start();
    connection alice = join("alice");
    connection bob{unix_bound};
    bob.send({make_cr("bob"), make_rpm("alice")});
    EXPECT_TRUE(bob.receives(make_error(error::ok)));
    EXPECT_TRUE(bob.receives(make_error(error::ok)));
    alice.send(make_sma("hi"));
    EXPECT_TRUE(bob.receives(make_spm("alice", "hi")));
    TearDown();
    EXPECT_FALSE(std::filesystem::exists(path)) << "a Unix socket's file goes with its server";
}

TEST_F(Listening, ipv6_where_the_machine_has_it) {
    const auto result = server.listen(base::parse_listen_endpoint("[::1]:0").value);
    if (!result.fault.empty()) {
        GTEST_SKIP() << result.fault;
    }
    EXPECT_TRUE(result.bound.front().starts_with("[::1]:"));
    bound = result.bound.front();
    start();
    static_cast<void>(join("alice"));
}

TEST_F(Listening, a_port_in_use_is_a_fault) {
    bound = listen("127.0.0.1:0");
    EXPECT_EQ(server.listen(base::parse_listen_endpoint(bound).value).fault, "Address already in use");
}

TEST_F(Listening, a_left_over_unix_socket_is_replaced_a_live_one_and_a_plain_file_are_not) {
    const base::testing::temporary_folder folder;
    const std::string path = folder.path("socket");
    const base::endpoint where = base::parse_listen_endpoint("unix:" + path).value;
    {
        socket_server first{core::options{}};
        ASSERT_EQ(first.listen(where).fault, "");
        EXPECT_EQ(server.listen(where).fault, "Address already in use");
        std::filesystem::create_hard_link(path, path + ".kept");
    }
    std::filesystem::rename(path + ".kept", path);
    EXPECT_EQ(server.listen(where).fault, "");
    const std::string plain = path + ".txt";
    ::close(::creat(plain.c_str(), 0600));
    EXPECT_NE(server.listen(base::parse_listen_endpoint("unix:" + plain).value).fault, "");
    EXPECT_TRUE(std::filesystem::remove(plain));
}

}  // namespace
}  // namespace chatos::net::test
