// SIGHUP on a running chatos-server with --config: limits change without a restart, and what is invalid changes
// nothing.
#include "net/test_connection.hpp"
#include "net/test_monitored_server.hpp"
#include "net/test_process.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace chatos::net::test {
namespace {

using error = error_code;

struct Reload : testing::Test {
    [[nodiscard]] std::vector<std::string> arguments(const std::string& config,
                                                     std::vector<std::string> more = {}) const {
        write(config);
        more.insert(more.end(), {"--config", folder.path("config"), "--listen", "127.0.0.1:0", "--unregistered-max",
                                 "50", "--no-tunnel"});
        return more;
    }

    void write(const std::string& config) const { std::ofstream{folder.path("config")} << config; }

    // The lines of the log up to the last one about the reload.
    static std::string reload(process& server) {
        server.signal(SIGHUP);
        std::string said;
        std::string line;
        do {
            line = server.err_line();
            said += line + "\n";
        } while (!line.empty() && line.find("event=reload") == std::string::npos);
        return said;
    }

    static bool contains(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }

    // Registers, or hears 2.
    static error try_to_join(const std::string& bound, const std::string& pseudo, connection& client) {
        client = connection{bound};
        client.send(make_cr(pseudo));
        return static_cast<error>(client.receive_bytes(2).at(1));
    }

    base::testing::temporary_folder folder;
};

TEST_F(Reload, changes_limits_and_closes_nobody) {
    process server{arguments("capacity=1\n")};
    const std::string bound = server.bound();
    connection alice = join(bound, "alice");
    connection bob{bound};
    EXPECT_EQ(try_to_join(bound, "bob", bob), error::out_of_capacity);
    write("capacity=3\nanswer-timeout-ms=1234\n");
    const std::string said = reload(server);
    EXPECT_TRUE(contains(said, " level=info event=limit_changed flag=--capacity from=1 to=3\n")) << said;
    EXPECT_TRUE(contains(said, " event=limit_changed flag=--answer-timeout-ms from=5000 to=1234\n")) << said;
    EXPECT_TRUE(contains(said, " event=log_reopened\n")) << said;
    EXPECT_EQ(try_to_join(bound, "bob", bob), error::ok);
    write("capacity=1\n");
    EXPECT_TRUE(contains(reload(server), " event=limit_changed flag=--capacity from=3 to=1\n"));
    connection carol{bound};
    EXPECT_EQ(try_to_join(bound, "carol", carol), error::out_of_capacity);
    for (connection* user : {&alice, &bob}) {
        user->send(make_rpm("alice"));
        EXPECT_TRUE(user->receives(make_error(error::ok)));
    }
}

TEST_F(Reload, of_an_invalid_file_is_refused_as_a_whole) {
    process server{arguments("capacity=1\n")};
    const std::string bound = server.bound();
    connection alice = join(bound, "alice");
    connection bob{bound};
    for (const auto& [config, why] : std::vector<std::pair<std::string, std::string>>{
             {"capacity=3\nnonsense=1\n", "nonsense"},
             {"capacity=0\n", "--capacity: invalid capacity 0: expected an integer from 1 to 1000000"},
             {"capacity=3\nanswer-timeout-ms=x\n", "--answer-timeout-ms: invalid value 'x'"},
             {"capacity=3\noutput-bytes-max=1\n", "invalid output bytes 1: expected"}}) {
        write(config);
        const std::string said = reload(server);
        EXPECT_TRUE(contains(said, " level=warning event=reload_refused why=\"")) << said;
        EXPECT_TRUE(contains(said, why)) << said;
        EXPECT_FALSE(contains(said, "limit_changed")) << said;
        EXPECT_EQ(try_to_join(bound, "bob", bob), error::out_of_capacity);
    }
    std::filesystem::remove(folder.path("config"));
    EXPECT_TRUE(contains(reload(server), "event=reload_refused"));
    write("capacity=2\n");
    EXPECT_TRUE(contains(reload(server), "event=limit_changed flag=--capacity from=1 to=2"));
}

TEST_F(Reload, the_command_line_wins_as_at_the_start) {
    process server{arguments("capacity=7\n", {"--capacity", "1"})};
    static_cast<void>(server.bound());
    write("capacity=9\nlinger-timeout-ms=7\n");
    const std::string said = reload(server);
    EXPECT_FALSE(contains(said, "flag=--capacity")) << said;
    EXPECT_TRUE(contains(said, "flag=--linger-timeout-ms from=1000 to=7\n")) << said;
    EXPECT_TRUE(contains(said, " level=info event=reloaded changes=1\n")) << said;
}

TEST_F(Reload, what_cannot_change_is_named_and_stays) {
    process server{arguments("")};
    const std::string bound = server.bound();
    write(
        "metrics=\"127.0.0.1:0\"\nmessage-bytes-max=2000\nipv6-prefix=48\nlog-format=json\ntunnel=false\nio-uring=false\n");
    for (int round = 0; round < 2; ++round) {
        const std::string said = reload(server);
        for (const char* flag : {"--metrics", "--message-bytes-max", "--ipv6-prefix", "--log-format", "--io-uring"}) {
            EXPECT_TRUE(contains(said, " level=warning event=restart_needed flag=" + std::string{flag} + "\n")) << said;
        }
        EXPECT_TRUE(contains(said, " event=reloaded changes=0\n")) << said;
    }
    connection alice = join(bound, "alice");
    const std::string message(60'000, 'x');
    alice.send(make_sma(message));
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
}

TEST_F(Reload, changes_limits_per_address_and_the_log_level) {
    process server{arguments("per-address-max=1\n")};
    const std::string bound = server.bound();
    connection alice = join(bound, "alice");
    connection bob{bound};
    EXPECT_TRUE(bob.receives(make_error(error::out_of_capacity)));
    write("per-address-max=2\nlog-level=debug\n");
    EXPECT_TRUE(contains(reload(server), " event=limit_changed flag=--per-address-max from=1 to=2\n"));
    connection carol = join(bound, "carol");
    EXPECT_TRUE(contains(server.err_line(), " level=debug event=connected"));
    connection dora{bound};
    EXPECT_TRUE(dora.receives(make_error(error::out_of_capacity)));
}

TEST_F(Reload, without_a_file_only_the_log_is_opened_again) {
    process server{{"--listen", "127.0.0.1:0"}};
    static_cast<void>(server.bound());
    static_cast<void>(server.err_line());
    server.signal(SIGHUP);
    EXPECT_TRUE(contains(server.err_line(), "event=log_reopened"));
    server.signal(SIGTERM);
    EXPECT_FALSE(contains(server.all_err(), "event=reload"));
    EXPECT_EQ(server.wait(), 0);
}

TEST(RequestRate, a_client_that_asks_too_fast_waits_and_loses_nothing) {
    const monitored_server all{{"--requests-per-second-max", "20"}};
    connection alice = join(all.bound, "alice");
    connection bob = join(all.bound, "bob");
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 29; ++i) {
        alice.send(make_rpm("bob"));
    }
    for (int i = 0; i < 29; ++i) {
        ASSERT_TRUE(alice.receives(make_error(error::ok)));
    }
    EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds{450})
        << "twenty at once and the CR, then one in 50 ms";
    EXPECT_GT(all.scrape()["chatos_requests_delayed_total"], 0U);
    bob.send(make_rpm("alice"));
    EXPECT_TRUE(bob.receives(make_error(error::ok)));
}

}  // namespace
}  // namespace chatos::net::test
