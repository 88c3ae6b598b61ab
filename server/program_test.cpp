// chatos-server as a process: flags, messages, exit codes, signals.
#include "net/test_connection.hpp"
#include "net/test_process.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace chatos::net::test {
namespace {

using error = error_code;

TEST(Program, version_and_help_go_to_stdout_and_exit_0) {
    process version{{"--version"}};
    EXPECT_EQ(version.all_out(), "chatos-server " CHATOS_VERSION "\n");
    EXPECT_EQ(version.wait(), 0);
    process help{{"--help"}};
    const std::string text = help.all_out();
    for (const char* expected :
         {"--listen", "--capacity", "--answer-timeout-ms", "--pc-timeout-ms", "--login-timeout-ms",
          "--message-bytes-max", "--no-tunnel", "--tunnels-max", "Examples:"}) {
        EXPECT_NE(text.find(expected), std::string::npos) << expected;
    }
    EXPECT_EQ(help.wait(), 0);
}

struct config_file {
    explicit config_file(const std::string& text) { std::ofstream{path} << text; }

    base::testing::temporary_folder folder;
    std::string path{folder.path("conf")};
};

TEST(Program, a_config_file_has_the_flags_names_and_flags_win) {
    const config_file file{"# for a test\ncapacity=17\nanswer-timeout-ms=18\ntunnel=false\n"};
    process server{{"--config", file.path, "--capacity", "19", "--print-limits", "--json"}};
    const std::string said = server.all_out();
    EXPECT_EQ(server.wait(), 0) << server.all_err();
    EXPECT_NE(said.find(R"("flag": "--capacity", "value": 19)"), std::string::npos) << said;
    EXPECT_NE(said.find(R"("flag": "--answer-timeout-ms", "value": 18)"), std::string::npos) << said;
}

TEST(Program, a_config_file_that_cannot_be_exits_2_and_says_what_is_wrong_in_it) {
    const std::pair<std::string, std::string> cases[] = {
        {"capasity=3\n", "capasity"},
        {"capacity=many\n", "expected an integer"},
        {"capacity=0\n", "invalid capacity 0"},
        {"capacity=3\ncapacity=4\n", "--capacity"},
        {"print-limits=true\n", "print-limits"},
        {"tunnel=maybe\n", "--tunnel"},
        {"no value\n", "no value"},
    };
    for (const auto& [text, expected] : cases) {
        const config_file file{text};
        process server{{"--config", file.path}};
        const std::string said = server.all_err();
        EXPECT_EQ(server.wait(), 2) << text;
        EXPECT_TRUE(said.starts_with("chatos-server: ")) << said;
        EXPECT_NE(said.find(expected), std::string::npos) << said;
    }
    process absent{{"--config", "/nowhere/at/all"}};
    EXPECT_NE(absent.all_err().find("a file that can be read"), std::string::npos);
    EXPECT_EQ(absent.wait(), 2);
}

TEST(Program, a_config_file_that_never_ends_or_is_no_file_is_refused_at_once) {
    const base::testing::temporary_folder folder;
    const std::string pipe = folder.path("pipe");
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    for (const std::string& path : {std::string{"/dev/zero"}, pipe, folder.path()}) {
        process server{{"--config", path}};
        EXPECT_EQ(server.all_err(), "chatos-server: --config: '" + path +
                                        "' is not a regular file; give a file that can be read; see chatos-server "
                                        "--help\n");
        EXPECT_EQ(server.wait(), 2);
    }
    process server{{"--config", folder.write("large", std::string(1'048'577, '#'))}};
    EXPECT_NE(server.all_err().find("has 1048577 bytes; expected at most 1048576"), std::string::npos);
    EXPECT_EQ(server.wait(), 2);
}

TEST(Program, a_config_file_may_begin_with_a_byte_order_mark) {
    const config_file file{"\xef\xbb\xbf"
                           "capacity=17\n"};
    process server{{"--config", file.path, "--print-limits", "--json"}};
    EXPECT_NE(server.all_out().find(R"("flag": "--capacity", "value": 17)"), std::string::npos);
    EXPECT_EQ(server.wait(), 0);
}

TEST(Program, a_wrong_flag_or_value_exits_2_with_one_line_that_says_what_was_expected) {
    const std::pair<std::vector<std::string>, std::string> cases[] = {
        {{"--bogus"}, "--bogus"},
        {{"positional"}, "positional"},
        {{"--capacity"}, "--capacity"},
        {{"--capacity", "many"}, "an integer from 0 to"},
        {{"--capacity", "-1"}, "--capacity"},
        {{"--capacity", "0"}, "invalid capacity 0: expected an integer from 1 to"},
        {{"--capacity", "4294967296"}, "--capacity"},
        {{"--capacity", "0"}, "--capacity: "},
        {{"--metrics", ""}, "--metrics: the value is empty"},
        {{"--log-file", ""}, "--log-file: the value is empty"},
        {{"--listen", ""}, "HOST:PORT"},
        {{"--log-level", "loud"}, "--log-level"},
        {{"--json"}, "--print-limits"},
        {{"--log-queue-bytes-max", "1"}, "--log-queue-bytes-max: invalid value 1: expected 4096"},
        {{"--memory-max", "1"}, "and --memory-max is 1; lower a limit"},
        {{"--message-bytes-max", "60000000"}, "invalid output bytes 4194304: expected an integer from 6"},
        {{"--answer-timeout-ms", "0"}, "answer timeout"},
        {{"--message-bytes-max", "10"}, "invalid message bytes 10: expected an integer from 1024 to"},
        {{"--listen", "7777"}, "HOST:PORT"},
        {{"--tunnels-max", "0"}, "invalid tunnels 0: expected an integer from 1 to"},
        {{"--tunnel-timeout-ms", "0"}, "tunnel timeout"},
        {{"--tunnel-buffer-bytes", "0"}, "tunnel buffer bytes"},
        {{"--tunnels-per-user-max", "-1"}, "--tunnels-per-user-max"},
        {{"--tunnels-per-address-max", "1000001"}, "invalid tunnels per address 1000001: expected an integer from 0"},
        {{"--sma-answer-timeout-ms", "86400001"},
         "invalid SMA answer timeout in ms 86400001: expected an integer from 0"},
        {{"--listen", "127.0.0.1:70000"}, "0 to 65535"},
        {{"--listen", "127.0.0.1:0", "--listen", "::1:0"}, "brackets"},
    };
    for (const auto& [arguments, expected] : cases) {
        process server{arguments};
        const std::string said = server.all_err();
        EXPECT_EQ(server.wait(), 2) << expected;
        EXPECT_TRUE(said.starts_with("chatos-server: ")) << said;
        EXPECT_NE(said.find(expected), std::string::npos) << said;
        EXPECT_EQ(said.find('\n'), said.size() - 1) << said;
        EXPECT_EQ(server.all_out(), "");
    }
}

// Zero, negative, not a number, more than the memory of the machine.
TEST(Program, a_limit_that_cannot_be_is_refused_at_start_and_its_flag_named) {
    const char* flags[] = {"--capacity",
                           "--unregistered-max",
                           "--pseudo-bytes-max",
                           "--message-bytes-max",
                           "--favours-max",
                           "--answers-owed-max",
                           "--deliveries-unanswered-max",
                           "--offers-max",
                           "--timeouts-in-a-row-max",
                           "--output-bytes-max",
                           "--total-output-bytes-max",
                           "--total-input-bytes-max",
                           "--tunnels-max",
                           "--tunnel-buffer-bytes",
                           "--tunnel-timeout-ms",
                           "--tunnel-idle-timeout-ms",
                           "--log-queue-bytes-max",
                           "--answer-timeout-ms",
                           "--pc-timeout-ms",
                           "--login-timeout-ms",
                           "--drain-timeout-ms",
                           "--flush-timeout-ms",
                           "--linger-timeout-ms"};
    for (const std::string flag : flags) {
        for (const char* value : {"0", "-1", "many", "1e3", "99999999999999999999", "18446744073709551615", ""}) {
            process server{{flag, value}};
            const std::string said = server.all_err();
            EXPECT_EQ(server.wait(), 2) << flag << " " << value;
            EXPECT_TRUE(said.starts_with("chatos-server: " + flag)) << said;
            EXPECT_NE(said.find("expected "), std::string::npos) << said;
        }
    }
}

TEST(Program, a_port_in_use_exits_3) {
    process first{{"--listen", "127.0.0.1:0"}};
    const std::string bound = first.bound();
    process second{{"--listen", "127.0.0.1:0", "--listen", bound}};
    EXPECT_EQ(second.all_err(),
              "chatos-server: cannot listen on " + bound + ": Address already in use; choose another address\n");
    EXPECT_EQ(second.wait(), 3);
    EXPECT_EQ(second.all_out(), "");
}

TEST(Program, each_listener_is_announced) {
    process server{{"--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"}};
    const std::string first = server.bound();
    const std::string second = server.bound();
    EXPECT_NE(first, second);
    connection alice = join(first, "alice");
    connection bob = join(second, "bob");
    bob.send(make_sma("hi"));
    EXPECT_TRUE(alice.receives(make_spm("bob", "hi")));
}

TEST(Program, flags_reach_the_core) {
    process server{{"--listen", "127.0.0.1:0", "--no-tunnel", "--capacity", "1", "--answer-timeout-ms", "1",
                    "--pc-timeout-ms", "1", "--pseudo-bytes-max", "32", "--message-bytes-max", "1024"}};
    const std::string bound = server.bound();
    connection alice = join(bound, "alice");
    connection bob{bound};
    bob.send(make_cr("bob"));
    EXPECT_TRUE(bob.receives(make_error(error::out_of_capacity)));
    EXPECT_EQ(bob.next_event(), "end");
    alice.send({make_rpm("alice"), make_spm("alice", "note")});
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
    EXPECT_TRUE(alice.receives(make_spm("alice", "note")));
    EXPECT_TRUE(alice.receives(make_error(error::unreachable)));
    const std::string over_the_limit(1'025, 'm');
    alice.send(make_sma(over_the_limit));
    EXPECT_TRUE(alice.receives(make_error(error::refused)));
}

// Alice and Bob agree on a private connection.
void agree(connection& alice, connection& bob) {
    alice.send(make_pc("bob"));
    EXPECT_TRUE(bob.receives(make_pc("alice")));
    bob.send(make_error(error::ok));
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
}

TEST(Program, private_connections_are_carried_unless_told_otherwise_and_their_bound_is_a_flag) {
    process server{{"--listen", "127.0.0.1:0", "--tunnels-max", "1", "--tunnel-buffer-bytes", "1"}};
    const std::string bound = server.bound();
    connection alice = join(bound, "alice");
    connection bob = join(bound, "bob");
    agree(alice, bob);
    connection a{bound};
    a.send({make_pc("alice"), make_pc("bob")});
    connection b{bound};
    b.send({make_pc("bob"), make_pc("alice")});
    EXPECT_TRUE(a.receives(make_error(error::ok)));
    EXPECT_TRUE(b.receives(make_error(error::ok)));
    a.send_bytes("through");
    EXPECT_EQ(b.receive_bytes(7), "through");
    agree(alice, bob);
    connection one_too_many{bound};
    one_too_many.send({make_pc("alice"), make_pc("bob")});
    EXPECT_TRUE(one_too_many.receives(make_error(error::unreachable)));
    EXPECT_EQ(one_too_many.next_event(), "end");
}

TEST(Program, a_tunnel_beyond_a_limit_and_an_idle_one_are_logged) {
    process server{{"--listen", "127.0.0.1:0", "--tunnels-max", "1", "--tunnel-idle-timeout-ms", "300"}};
    const std::string bound = server.bound();
    connection alice = join(bound, "alice");
    connection bob = join(bound, "bob");
    agree(alice, bob);
    agree(alice, bob);
    connection a{bound};
    connection b{bound};
    a.send({make_pc("alice"), make_pc("bob")});
    b.send({make_pc("bob"), make_pc("alice")});
    for (connection* end : {&a, &b}) {
        EXPECT_TRUE(end->receives(make_error(error::ok)));
        EXPECT_EQ(end->next_event(), "end");
        end->end();
    }
    connection late{bound};
    late.send({make_pc("alice"), make_pc("bob")});
    EXPECT_TRUE(late.receives(make_error(error::unreachable)));
    EXPECT_EQ(late.next_event(), "end");
    late.end();
    alice.end();
    bob.end();
    server.signal(SIGTERM);
    const std::string said = server.all_err();
    EXPECT_EQ(server.wait(), 0);
    EXPECT_NE(said.find("level=warning event=tunnel_limit connection="), std::string::npos) << said;
    EXPECT_NE(said.find(" cause=total\n"), std::string::npos) << said;
    EXPECT_NE(said.find("level=info event=tunnel_idle connection="), std::string::npos) << said;
}

TEST(Program, without_tunnels_an_end_is_unregistered) {
    process server{{"--listen", "127.0.0.1:0", "--no-tunnel"}};
    const std::string bound = server.bound();
    connection alice = join(bound, "alice");
    connection bob = join(bound, "bob");
    agree(alice, bob);
    connection a{bound};
    a.send(make_pc("alice"));
    EXPECT_TRUE(a.receives(make_error(error::refused)));
}

TEST(Program, sigterm_and_sigint_drain_and_exit_0) {
    for (const int number : {SIGTERM, SIGINT}) {
        process server{{"--listen", "127.0.0.1:0"}};
        const std::string bound = server.bound();
        connection alice = join(bound, "alice");
        connection bob = join(bound, "bob");
        alice.send(make_sma("hi"));
        ASSERT_TRUE(bob.receives(make_spm("alice", "hi")));
        server.signal(number);
        bob.send(make_error(error::ok));
        EXPECT_TRUE(alice.receives(make_error(error::ok)));
        for (connection* client : {&alice, &bob}) {
            EXPECT_EQ(client->next_event(), "end");
            client->end();
        }
        EXPECT_EQ(server.wait(), 0);
    }
}

TEST(Program, a_second_signal_ends_it_at_once) {
    // No client answers, and the timeout is a day: only the second signal ends this.
    process server{{"--listen", "127.0.0.1:0", "--answer-timeout-ms", "86400000", "--drain-timeout-ms", "86400000"}};
    const std::string bound = server.bound();
    connection alice = join(bound, "alice");
    connection bob = join(bound, "bob");
    alice.send(make_sma("hi"));
    ASSERT_TRUE(bob.receives(make_spm("alice", "hi")));
    server.signal(SIGTERM);
    server.signal(SIGINT);
    EXPECT_EQ(server.wait(), 0);
}

TEST(Program, clients_that_are_gone_do_not_kill_it) {
    process server{{"--listen", "127.0.0.1:0"}};
    const std::string bound = server.bound();
    connection alice = join(bound, "alice");
    for (int i = 0; i < 50; ++i) {
        connection other = join(bound, std::string{"user"}.append(std::to_string(i)));
        other.send({make_rpm("alice"), make_spm("alice", "hi"), make_pc("alice"), make_sma("hi")});
        other.reset();
    }
    alice.send(make_rpm("user49"));
    alice.end();
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
}

}  // namespace
}  // namespace chatos::net::test
