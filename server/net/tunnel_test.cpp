// TUN over real sockets: the bytes, ends and breaks of both ends go through the system.
#include "base/endpoint.hpp"
#include "base/testing/temporary_folder.hpp"
#include "net/socket_server.hpp"
#include "net/test_connection.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <linux/sockios.h>
#include <memory>
#include <mutex>
#include <string>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>

namespace chatos::net::test {
namespace {

using error = error_code;

core::options patient() {
    core::options bounds{};
    bounds.answer_timeout = bounds.pc_timeout = bounds.login_timeout = std::chrono::hours{1};
    bounds.tunnel_timeout = bounds.flush_timeout = bounds.drain_timeout = std::chrono::hours{1};
    return bounds;
}

// Alice and Bob have agreed on a private connection.
struct TunnelOverSockets : testing::Test {
    explicit TunnelOverSockets(const core::options& bounds = patient(), const service_setup& setup = {})
        : server{bounds, setup} {}
    TunnelOverSockets(const TunnelOverSockets&) = delete;
    TunnelOverSockets& operator=(const TunnelOverSockets&) = delete;

    // Empty when the machine cannot listen there.
    std::string listen(const std::string& text) {
        const auto result = server.listen(base::parse_listen_endpoint(text).value);
        return result.fault.empty() ? result.bound.front() : "";
    }

    void agree_at(const std::string& where) {
        bound = where;
        runner = std::thread{[this] { server.run(); }};
        alice = std::make_unique<connection>(bound);
        bob = std::make_unique<connection>(bound);
        alice->send(make_cr("alice"));
        EXPECT_TRUE(alice->receives(make_error(error::ok)));
        bob->send(make_cr("bob"));
        EXPECT_TRUE(bob->receives(make_error(error::ok)));
        alice->send(make_pc("bob"));
        EXPECT_TRUE(bob->receives(make_pc("alice")));
        bob->send(make_error(error::ok));
        EXPECT_TRUE(alice->receives(make_error(error::ok)));
        EXPECT_TRUE(alice->receives(make_error(error::ok)));
    }

    void TearDown() override {
        if (runner.joinable()) {
            server.stop();
            server.stop();
            runner.join();
        }
    }

    struct pair {
        connection a;
        connection b;
    };
    [[nodiscard]] pair open() const {
        pair both{connection{bound}, connection{bound}};
        both.a.send({make_pc("alice"), make_pc("bob")});
        both.b.send({make_pc("bob"), make_pc("alice")});
        EXPECT_TRUE(both.a.receives(make_error(error::ok)));
        EXPECT_TRUE(both.b.receives(make_error(error::ok)));
        return both;
    }

    void expect_to_carry() const {
        auto [a, b] = open();
        a.send_bytes("question");
        EXPECT_EQ(b.receive_bytes(8), "question");
        b.send_bytes("answer");
        EXPECT_EQ(a.receive_bytes(6), "answer");
    }

    base::testing::temporary_folder folder;
    socket_server server;
    std::string bound;
    std::thread runner;
    std::unique_ptr<connection> alice;
    std::unique_ptr<connection> bob;
};

TEST_F(TunnelOverSockets, TUN_2_half_close_goes_through_in_both_orders) {
    agree_at(listen("127.0.0.1:0"));
    auto [a, b] = open();
    a.send_bytes("question");
    a.end();
    EXPECT_EQ(b.receive_bytes(8), "question");
    EXPECT_EQ(b.next_event(), "end");
    b.send_bytes("answer");
    b.end();
    EXPECT_EQ(a.receive_bytes(6), "answer");
    EXPECT_EQ(a.next_event(), "end");
}

TEST_F(TunnelOverSockets, TUN_2_megabytes_both_ways_to_ends_that_read_late) {
    agree_at(listen("127.0.0.1:0"));
    auto [a, b] = open();
    constexpr std::size_t bytes = 20'000'000;  // more than all buffers on the way
    const auto flood = [](char first) {
        std::string text(bytes, first);
        for (std::size_t i = 0; i < bytes; i += 1'000) {
            text[i] = static_cast<char>(i / 1'000);
        }
        return text;
    };
    const std::string from_a = flood('a');
    const std::string from_b = flood('b');
    std::thread write_a{[&line = a, &from_a] {
        line.send_bytes(from_a);
        line.end();
    }};
    std::thread write_b{[&line = b, &from_b] {
        line.send_bytes(from_b);
        line.end();
    }};
    alice->send(make_rpm("bob"));
    EXPECT_TRUE(alice->receives(make_error(error::ok))) << "others are served meanwhile";
    EXPECT_EQ(b.receive_bytes(bytes), from_a);
    EXPECT_EQ(b.next_event(), "end");
    EXPECT_EQ(a.receive_bytes(bytes), from_b);
    EXPECT_EQ(a.next_event(), "end");
    write_a.join();
    write_b.join();
}

TEST_F(TunnelOverSockets, TUN_2_a_reset_ends_the_other_end) {
    agree_at(listen("127.0.0.1:0"));
    auto [a, b] = open();
    a.reset();
    EXPECT_EQ(b.next_event(), "end");
}

TEST_F(TunnelOverSockets, TUN_3_over_ipv6_where_the_machine_has_it) {
    const std::string where = listen("[::1]:0");
    if (where.empty()) {
        GTEST_SKIP() << "no IPv6";
    }
    agree_at(where);
    expect_to_carry();
}

TEST_F(TunnelOverSockets, TUN_3_over_a_unix_socket) {
    agree_at(listen("unix:" + folder.path("tunnel")));
    expect_to_carry();
}

TEST_F(TunnelOverSockets, TUN_3_an_end_that_comes_from_elsewhere_is_unregistered) {
    const std::string elsewhere = listen("unix:" + folder.path("elsewhere"));
    agree_at(listen("127.0.0.1:0"));
    connection other{elsewhere};
    other.send({make_pc("alice"), make_pc("bob")});
    EXPECT_TRUE(other.receives(make_error(error::refused)));
    EXPECT_TRUE(other.receives(make_error(error::refused)));
    expect_to_carry();
}

TEST_F(TunnelOverSockets, TUN_5_users_who_leave_do_not_cut_it) {
    agree_at(listen("127.0.0.1:0"));
    auto [a, b] = open();
    alice->end();
    EXPECT_EQ(alice->next_event(), "end");
    bob->reset();
    a.send_bytes("still here");
    EXPECT_EQ(b.receive_bytes(10), "still here");
}

struct HastyTunnelOverSockets : TunnelOverSockets {
    static core::options hasty() {
        core::options bounds = patient();
        bounds.tunnel_timeout = std::chrono::milliseconds{20};
        return bounds;
    }
    HastyTunnelOverSockets() : TunnelOverSockets{hasty()} {}
};

TEST_F(HastyTunnelOverSockets, TUN_4_nobody_else_comes) {
    bound = listen("127.0.0.1:0");
    agree_at(bound);
    connection a{bound};
    a.send({make_pc("alice"), make_pc("bob")});
    // On a slow machine the agreement has gone before the first PC is read, which then comes from an unregistered
    // client.
    const std::string answer = a.receive_bytes(2);
    EXPECT_TRUE(answer == bytes_of(make_error(error::unreachable)) || answer == bytes_of(make_error(error::refused)));
    if (answer == bytes_of(make_error(error::unreachable))) {
        EXPECT_EQ(a.next_event(), "end");
    }
}

// Stops the loop between two turns, so that whatever arrives meanwhile is read in one.
class turn_gate {
public:
    /// For the loop to call.
    void pass() {
        std::unique_lock lock{mutex_};
        held_ = closed_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return !closed_; });
        held_ = false;
    }
    /// Returns once the loop stands still.
    void close() {
        std::unique_lock lock{mutex_};
        closed_ = true;
        changed_.wait(lock, [this] { return held_; });
    }
    void open() {
        const std::scoped_lock lock{mutex_};
        closed_ = false;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool closed_{false};
    bool held_{false};
};

struct TunnelInOneTurn : TunnelOverSockets {
    TunnelInOneTurn()
        : TunnelOverSockets{patient(),
                            {.alive_interval = std::chrono::milliseconds{1}, .on_alive = [this] { turns.pass(); }}} {}

    void wait_for_a_turn() { ASSERT_TRUE(server.request_snapshot(std::chrono::hours{1}).has_value()); }
    // Of a Unix socket: nothing that was sent waits any more.
    void wait_until_read(const connection& sender) {
        for (int unread = 1; unread != 0;) {
            wait_for_a_turn();
            ASSERT_EQ(::ioctl(sender.descriptor(), SIOCOUTQ, &unread), 0);
        }
        wait_for_a_turn();
    }

    turn_gate turns;
};

// The PCs of the other end, read first, open the tunnel; what the early one has sent then fills it.
TEST_F(TunnelInOneTurn, TUN_2_an_end_that_is_filled_in_the_turn_in_which_it_sends_loses_nothing) {
    agree_at(listen("unix:" + folder.path("tunnel")));
    connection early{bound};
    connection late{bound};
    const std::string first(patient().tunnel_buffer_bytes_max - 100, '1');
    const std::string second(1'000, '2');
    early.send({make_pc("alice"), make_pc("bob")});
    early.send_bytes(first);
    wait_until_read(early);
    turns.close();
    late.send({make_pc("bob"), make_pc("alice")});
    early.send_bytes(second);
    turns.open();
    EXPECT_TRUE(late.receives(make_error(error::ok)));
    EXPECT_EQ(late.receive_bytes(first.size() + second.size()), first + second);
}

TEST_F(TunnelOverSockets, stopping_lets_a_tunnel_finish) {
    agree_at(listen("127.0.0.1:0"));
    auto [a, b] = open();
    server.stop();
    EXPECT_EQ(alice->next_event(), "end");
    a.send_bytes("last");
    a.end();
    EXPECT_EQ(b.receive_bytes(4), "last");
    EXPECT_EQ(b.next_event(), "end");
    b.end();
    EXPECT_EQ(a.next_event(), "end");
}

}  // namespace
}  // namespace chatos::net::test
