// When the system says no: no descriptors, no threads, no io_uring, signals without a meaning, socket files of others.
// The server says what is missing, or does without.
#include "base/system/process.hpp"
#include "base/system/socket_address.hpp"
#include "net/test_connection.hpp"
#include "net/test_monitored_server.hpp"
#include "net/test_process.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/syscall.h>
#include <utility>
#include <vector>

namespace chatos::net::test {
namespace {

using error = error_code;

// After so many accepted connections the system refuses these calls.
process_setup refusing(int accepts, int number, const std::vector<long>& calls) {
    std::string setting = "CHATOS_REFUSED_CALLS=" + std::to_string(accepts) + " " + std::to_string(number);
    for (const long call : calls) {
        setting += " " + std::to_string(call);
    }
    return {.environment = {"LD_PRELOAD=" CHATOS_FAILING_CALLS, setting}};
}

void expect_sentence_and_3(process& server, const std::string& sentence) {
    const std::string said = server.all_err();
    EXPECT_EQ(server.wait(), 3) << said;
    EXPECT_EQ(said, "chatos-server: " + sentence + "\n");
}

TEST(Refusals, too_few_descriptors_for_a_single_connection_are_a_sentence_and_exit_3) {
    if (CHATOS_UNDER_SANITIZER) {
        GTEST_SKIP() << "a sanitizer opens descriptors of its own";
    }
    for (const std::size_t allowed : {4U, 6U, 10U, 17U}) {
        process server{{"--listen", "127.0.0.1:0"}, {.descriptors_max = allowed}};
        expect_sentence_and_3(server, "at most " + std::to_string(allowed) +
                                          " files may be open, and connections need 18 or more; raise that limit "
                                          "(ulimit -n, LimitNOFILE=)");
    }
    process server{{"--listen", "127.0.0.1:0"}, {.descriptors_max = 18}};
    static_cast<void>(join(server.bound(), "alice"));
}

TEST(Refusals, no_thread_for_the_log_or_the_metrics_is_a_sentence_and_exit_3) {
    if (CHATOS_UNDER_SANITIZER) {
        GTEST_SKIP() << "a sanitizer starts threads of its own";
    }
    const process_setup no_threads = refusing(0, EAGAIN, {SYS_clone, SYS_clone3});
    process server{{"--listen", "127.0.0.1:0"}, no_threads};
    expect_sentence_and_3(server,
                          "cannot write the log: cannot start a thread: Resource temporarily unavailable; raise "
                          "the limits of the system");
}

TEST(Refusals, no_epoll_and_no_eventfd_are_a_sentence_and_exit_3) {
    for (const auto& [call, name] :
         {std::pair{SYS_epoll_create1, "epoll_create1"}, std::pair{SYS_eventfd2, "eventfd"}}) {
        process server{{"--listen", "127.0.0.1:0"}, refusing(0, ENFILE, {call})};
        expect_sentence_and_3(server, std::string{"the system refuses: "} + name +
                                          ": Too many open files in system; raise its limits");
    }
}

// Several users at a time, so that calls come in batches.
void expect_everything_to_arrive(const std::string& bound) {
    connection alice = join(bound, "alice");
    std::vector<connection> others;
    for (int i = 0; i < 9; ++i) {
        others.push_back(join(bound, "user" + std::to_string(i)));
    }
    for (int round = 0; round < 20; ++round) {
        const std::string text = std::to_string(round);
        alice.send(make_sma(text));
        for (connection& client : others) {
            EXPECT_TRUE(client.receives(make_spm("alice", text)));
        }
        for (connection& client : others) {
            client.send(make_error(error::ok));
        }
        EXPECT_TRUE(alice.receives(make_error(error::ok)));
    }
}

bool has_io_uring() {
    monitored_server usual;
    return usual.scrape()["chatos_io_uring"] == 1;
}

TEST(Refusals, io_uring_that_cannot_be_set_up_is_told_in_the_log_and_in_a_metric) {
    for (const int number : {EPERM, ENOMEM, ENOSYS}) {
        monitored_server all{{}, refusing(0, number, {SYS_io_uring_setup})};
        const std::string said = all.server.err_line();
        EXPECT_NE(said.find(" event=started "), std::string::npos) << said;
        EXPECT_NE(said.find(" io=one_by_one "), std::string::npos) << said;
        EXPECT_EQ(all.scrape()["chatos_io_uring"], 0U);
        expect_everything_to_arrive(all.bound);
    }
}

TEST(Refusals, io_uring_enter_that_fails_later_costs_nothing_and_one_log_line) {
    if (!has_io_uring()) {
        GTEST_SKIP() << "this system has no io_uring for us";
    }
    for (const int number : {EPERM, ENOMEM, EAGAIN, EINTR, EINVAL}) {
        monitored_server all{{}, refusing(5, number, {SYS_io_uring_enter})};
        EXPECT_NE(all.server.err_line().find(" io=io_uring "), std::string::npos);
        EXPECT_EQ(all.scrape()["chatos_io_uring"], 1U);
        expect_everything_to_arrive(all.bound);
        EXPECT_EQ(all.scrape()["chatos_io_uring"], 0U);
        all.server.signal(SIGTERM);
        const std::string said = all.server.all_err();
        EXPECT_EQ(all.server.wait(), 0);
        const std::size_t line = said.find(" level=warning event=io_uring_stopped why=");
        EXPECT_NE(line, std::string::npos) << said;
        EXPECT_EQ(said.find("event=io_uring_stopped", line + 20), std::string::npos) << said;
    }
}

// aarch64 has only the newer call.
std::vector<long> epoll_waits() {
#ifdef SYS_epoll_wait
    return {SYS_epoll_wait, SYS_epoll_pwait};
#else
    return {SYS_epoll_pwait};
#endif
}

TEST(Refusals, accept_that_always_fails_keeps_newcomers_waiting_and_disturbs_nobody) {
    for (const int number : {EPERM, ECONNABORTED, EINTR, ENOMEM}) {
        process server{{"--listen", "127.0.0.1:0"}, refusing(1, number, {SYS_accept4})};
        const std::string bound = server.bound();
        connection alice = join(bound, "alice");
        const connection newcomer{bound};
        for (int i = 0; i < 20; ++i) {
            alice.send(make_rpm("alice"));
            EXPECT_TRUE(alice.receives(make_error(error::ok)));
        }
        expect_to_rest(server);
        alice.end();
        server.signal(SIGTERM);
        EXPECT_EQ(server.wait(), 0) << number;
        EXPECT_NE(server.all_err().find(" event=accept_paused "), std::string::npos) << number;
    }
}

TEST(Refusals, epoll_ctl_that_fails_costs_the_newcomer_and_nobody_else) {
    process server{{"--listen", "127.0.0.1:0"}, refusing(2, ENOMEM, {SYS_epoll_ctl})};
    const std::string bound = server.bound();
    connection alice = join(bound, "alice");
    connection refused{bound};
    EXPECT_NE(refused.next_event(), "bytes");
    connection again{bound};
    EXPECT_NE(again.next_event(), "bytes");
    alice.send(make_rpm("alice"));
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
    server.signal(SIGTERM);
    server.signal(SIGTERM);
    EXPECT_GE(server.wait(), 0);
}

TEST(Refusals, epoll_that_does_not_wait_is_a_sentence_and_exit_3_instead_of_a_busy_loop) {
    process server{{"--listen", "127.0.0.1:0", "--log-level", "error"}, refusing(0, EPERM, epoll_waits())};
    expect_sentence_and_3(server, "the system refuses: epoll_wait: Operation not permitted; raise its limits");
}

TEST(Refusals, signals_that_mean_nothing_to_the_server_do_not_end_it) {
    process server{{"--listen", "127.0.0.1:0"}};
    connection alice = join(server.bound(), "alice");
    for (const int number : {SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGPIPE, SIGSTKFLT, SIGXFSZ,
                             SIGTTIN, SIGTTOU, SIGCHLD, SIGURG, SIGWINCH, SIGCONT, SIGRTMIN, SIGRTMIN + 7, SIGRTMAX}) {
        server.signal(number);
        alice.send(make_rpm("alice"));
        EXPECT_TRUE(alice.receives(make_error(error::ok))) << number;
    }
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
}

TEST(Refusals, closed_standard_streams_are_not_taken_for_sockets) {
    const base::testing::temporary_folder folder;
    const std::string address = "unix:" + folder.path("socket");
    base::process server{{.command = {"/bin/sh", "-c", "exec \"$0\" \"$@\" <&- >&- 2>&-", CHATOS_SERVER, "--listen",
                                      address, "--log-level", "debug"}}};
    ASSERT_EQ(server.fault(), "");
    while (!std::filesystem::exists(folder.path("socket"))) {
        ASSERT_FALSE(server.end().has_value());
    }
    base::connect_result attempt;
    do {  // the file is there a moment before it listens
        attempt = base::connect_to(base::endpoint{.unix_path = folder.path("socket")}, std::chrono::seconds{60});
    } while (!attempt.socket.is_open() && !server.end().has_value());
    connection alice = join(address, "alice");
    connection eve{address};
    eve.send_bytes("\x09");
    EXPECT_EQ(eve.receive_all(), bytes_of(make_error(error::refused)));
    alice.end();
    EXPECT_EQ(alice.receive_all(), "");
    for (const char* stream : {"0", "1", "2"}) {
        EXPECT_EQ(std::filesystem::read_symlink("/proc/" + std::to_string(server.id()) + "/fd/" + stream), "/dev/null");
    }
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait().code, 0);
}

TEST(Refusals, a_stopping_server_removes_only_its_own_socket_file) {
    const base::testing::temporary_folder folder;
    const std::string address = "unix:" + folder.path("socket");
    process old{{"--listen", address}};
    EXPECT_EQ(old.bound(), address);
    std::filesystem::remove(folder.path("socket"));
    process next{{"--listen", address}};
    EXPECT_EQ(next.bound(), address);
    old.signal(SIGTERM);
    EXPECT_EQ(old.wait(), 0);
    static_cast<void>(join(address, "alice"));
    std::filesystem::remove(folder.path("socket"));
    std::ofstream{folder.path("socket")} << "precious";
    next.signal(SIGTERM);
    EXPECT_EQ(next.wait(), 0);
    EXPECT_EQ(folder.read("socket"), "precious");
}

// A stopped server with a full queue looks like this: a socket that listens, and nobody accepts.
TEST(Refusals, a_start_beside_a_stopped_server_with_a_full_queue_gives_up_soon) {
    const base::testing::temporary_folder folder;
    const base::endpoint where{.unix_path = folder.path("socket")};
    const base::listen_result stopped = base::listen_on(where);
    ASSERT_EQ(stopped.fault, "");
    ASSERT_EQ(::listen(stopped.listeners.front().socket.get(), 0), 0);
    std::vector<base::descriptor> queue;
    do {
        queue.push_back(base::begin_connect(stopped.listeners.front().address));
    } while (queue.back().is_open());
    const auto began = std::chrono::steady_clock::now();
    process server{{"--listen", where.text()}};
    expect_sentence_and_3(server,
                          "cannot listen on " + where.text() + ": Address already in use; choose another address");
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds{60}) << "it takes 2 s at most when idle";
    EXPECT_TRUE(std::filesystem::exists(where.unix_path));
}

}  // namespace
}  // namespace chatos::net::test
