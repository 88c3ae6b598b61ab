// Failing system calls, and a wall clock that jumps. A test cannot cause these on a shared machine, so a library
// between the server and the system does (net/failing_calls.cpp).
#include "net/test_connection.hpp"
#include "net/test_killable_client.hpp"
#include "net/test_process.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <deque>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace chatos::net::test {
namespace {

using error = error_code;

process_setup with(const std::string& setting) {
    return {.environment = {"LD_PRELOAD=" CHATOS_FAILING_CALLS, setting}};
}

process_setup failing(const std::string& call, int number, int well, int count) {
    return with("CHATOS_FAILING_CALL=" + call + " " + std::to_string(number) + " " + std::to_string(well) + " " +
                std::to_string(count));
}

// The number of served connections among five; the failing calls are over by then.
std::size_t served_of_five(const std::string& bound) {
    std::deque<connection> all;
    for (int i = 0; i < 5; ++i) {
        all.emplace_back(bound).send(make_rpm("nobody"));
    }
    std::size_t served = 0;
    for (connection& client : all) {
        served += client.receive_bytes(2) == bytes_of(make_error(error::refused)) ? 1 : 0;
    }
    return served;
}

void expect_newcomers_to_wait(int number, const std::string& why) {
    process server{{"--no-io-uring", "--listen", "127.0.0.1:0"}, failing("accept", number, 0, 3)};
    EXPECT_EQ(served_of_five(server.bound()), 5U) << why;
    EXPECT_NE(server.err_line().find("event=started"), std::string::npos);
    const std::string said = server.err_line();
    EXPECT_NE(said.find("level=warning event=accept_paused"), std::string::npos) << said;
    EXPECT_NE(said.find(why), std::string::npos) << said;
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
}

TEST(FailingCalls, accept_EMFILE_newcomers_wait) {
    expect_newcomers_to_wait(EMFILE, "Too many open files");
}

TEST(FailingCalls, accept_ENFILE_newcomers_wait) {
    expect_newcomers_to_wait(ENFILE, "Too many open files in system");
}

TEST(FailingCalls, accept_ENOBUFS_newcomers_wait) {
    expect_newcomers_to_wait(ENOBUFS, "No buffer space available");
}

TEST(FailingCalls, accept_ENOMEM_newcomers_wait) {
    expect_newcomers_to_wait(ENOMEM, "Cannot allocate memory");
}

TEST(FailingCalls, accept_ECONNABORTED_costs_that_connection_and_no_other) {
    process server{{"--no-io-uring", "--listen", "127.0.0.1:0"}, failing("accept", ECONNABORTED, 0, 3)};
    EXPECT_EQ(served_of_five(server.bound()), 2U);
    server.signal(SIGTERM);
    const std::string said = server.all_err();
    EXPECT_EQ(said.find("accept_paused"), std::string::npos) << said;
    EXPECT_EQ(server.wait(), 0);
}

TEST(FailingCalls, accept_interrupted_or_forbidden_is_tried_again) {
    for (const int number : {EINTR, EPROTO, EPERM}) {
        process server{{"--no-io-uring", "--listen", "127.0.0.1:0"}, failing("accept", number, 0, 3)};
        EXPECT_EQ(served_of_five(server.bound()), 5U) << number;
    }
}

// Alice's request meets the failure; Bob's does not.
void expect_to_cost_one_connection(const process_setup& setup) {
    process server{{"--no-io-uring", "--listen", "127.0.0.1:0"}, setup};
    const std::string bound = server.bound();
    connection alice = join(bound, "alice");
    connection bob = join(bound, "bob");
    alice.send(make_rpm("bob"));
    EXPECT_NE(alice.next_event(), "bytes");
    static_cast<void>(join_when_free(bound, "alice"));
    bob.send(make_rpm("bob"));
    EXPECT_TRUE(bob.receives(make_error(error::ok)));
    bob.end();
    EXPECT_EQ(bob.next_event(), "end");
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
}

// Two sends and two reads have gone well when both are in.
TEST(FailingCalls, send_ENOBUFS_costs_that_connection_and_no_other) {
    expect_to_cost_one_connection(failing("send", ENOBUFS, 2, 1));
}

TEST(FailingCalls, send_EPIPE_costs_that_connection_and_no_other) {
    expect_to_cost_one_connection(failing("send", EPIPE, 2, 1));
}

TEST(FailingCalls, recv_ETIMEDOUT_half_open_the_system_has_given_the_peer_up) {
    expect_to_cost_one_connection(failing("recv", ETIMEDOUT, 2, 1));
}

TEST(FailingCalls, recv_EHOSTUNREACH_half_open_the_peer_is_out_of_reach) {
    expect_to_cost_one_connection(failing("recv", EHOSTUNREACH, 2, 1));
}

TEST(FailingCalls, interrupted_or_early_send_and_recv_are_tried_again_and_nothing_is_lost) {
    for (const char* call : {"send", "recv"}) {
        for (const int number : {EINTR, EAGAIN}) {
            process server{{"--no-io-uring", "--listen", "127.0.0.1:0"}, failing(call, number, 1, 20)};
            const std::string bound = server.bound();
            connection alice = join(bound, "alice");
            connection bob = join(bound, "bob");
            for (int i = 0; i < 20; ++i) {
                alice.send({make_rpm("bob"), make_spm("bob", "hi")});
                EXPECT_TRUE(alice.receives(make_error(error::ok)));
                EXPECT_TRUE(bob.receives(make_spm("alice", "hi")));
                bob.send(make_error(error::ok));
                EXPECT_TRUE(alice.receives(make_error(error::ok)));
            }
        }
    }
}

TEST(ClockJumps, of_decades_at_each_reading_end_no_time_limit_early_and_none_late) {
    // The year in each log line shows that the wall clock did jump.
    process server{{"--no-io-uring", "--listen", "127.0.0.1:0", "--log-level", "debug", "--answer-timeout-ms", "1",
                    "--pc-timeout-ms", "3600000", "--login-timeout-ms", "3600000"},
                   with("CHATOS_WALL_CLOCK=jumps")};
    const std::string bound = server.bound();
    {
        connection unregistered{bound};
        connection alice = join(bound, "alice");
        connection bob = join(bound, "bob");
        alice.send(make_pc("bob"));
        EXPECT_TRUE(alice.receives(make_error(error::ok)));
        EXPECT_TRUE(bob.receives(make_pc("alice")));
        connection carol = join(bound, "carol");
        connection dora = join(bound, "dora");
        carol.send({make_rpm("dora"), make_spm("dora", "hi")});
        EXPECT_TRUE(carol.receives(make_error(error::ok)));
        EXPECT_TRUE(carol.receives(make_error(error::unreachable))) << "a millisecond comes to its end";
        bob.send(make_error(error::refused));
        EXPECT_TRUE(alice.receives(make_error(error::refused))) << "an hour does not";
        unregistered.send(make_cr("stranger"));
        EXPECT_TRUE(unregistered.receives(make_error(error::ok)));
    }
    server.signal(SIGTERM);
    std::set<std::string> decades;
    std::istringstream said{server.all_err()};
    for (std::string row; std::getline(said, row);) {
        decades.insert(row.substr(0, std::string{"time=20"}.size()));
    }
    EXPECT_GE(decades.size(), 2U);
    EXPECT_EQ(server.wait(), 0);
}

}  // namespace
}  // namespace chatos::net::test
