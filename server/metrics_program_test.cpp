// --metrics on a running chatos-server: what a scraper sees while clients talk, while the server drains, and when a
// scraper misbehaves.
#include "net/test_connection.hpp"
#include "net/test_monitored_server.hpp"
#include "net/test_process.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <deque>
#include <map>
#include <string>
#include <thread>

namespace chatos::net::test {
namespace {

using error = error_code;

void expect_balanced(std::map<std::string, std::uint64_t>& samples) {
    EXPECT_EQ(samples["chatos_requests_accepted_total"], samples["chatos_requests_answered_total"] +
                                                             samples["chatos_requests_abandoned_total"] +
                                                             samples["chatos_requests_pending"]);
    EXPECT_EQ(samples["chatos_deliveries_made_total"],
              samples["chatos_deliveries_settled_total{cause=\"answer\"}"] +
                  samples["chatos_deliveries_settled_total{cause=\"time_limit\"}"] +
                  samples["chatos_deliveries_settled_total{cause=\"departure\"}"] +
                  samples["chatos_deliveries_waiting"]);
}

TEST(Metrics, count_what_happened_and_what_is_pending) {
    const monitored_server all;
    connection alice = join(all.bound, "alice");
    connection bob = join(all.bound, "bob");
    alice.send({make_rpm("bob"), make_spm("bob", "hi"), make_sma("all")});
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
    EXPECT_TRUE(bob.receives(make_spm("alice", "hi")));
    bob.send(make_error(error::ok));
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
    connection unregistered{all.bound};
    unregistered.send_bytes("\x09");
    EXPECT_TRUE(unregistered.receives(make_error(error::refused)));
    auto samples = all.scrape();
    expect_balanced(samples);
    EXPECT_EQ(samples["chatos_users"], 2U);
    EXPECT_EQ(samples["chatos_connections"], 3U);
    EXPECT_EQ(samples["chatos_packets_received_total{packet=\"CR\"}"], 2U);
    EXPECT_EQ(samples["chatos_requests_pending"], 1U);
    EXPECT_EQ(samples["chatos_deliveries_waiting"], 1U);
    EXPECT_EQ(samples["chatos_deliveries_settled_total{cause=\"answer\"}"], 1U);
    EXPECT_EQ(samples["chatos_refused_input_total{rule=\"WIRE-1\"}"], 1U);
    EXPECT_EQ(samples["chatos_build_info{version=\"" CHATOS_VERSION "\"}"], 1U);
    EXPECT_GT(samples["process_resident_memory_bytes"], 1'000'000U);
    EXPECT_GT(samples["process_open_fds"], 5U);
}

TEST(Metrics, the_books_balance_in_every_scrape_while_clients_talk) {
    const monitored_server all;
    std::jthread talk{[&all](const std::stop_token& stop) {
        for (int round = 0; !stop.stop_requested(); ++round) {
            connection alice = join(all.bound, "alice" + std::to_string(round));
            connection bob = join(all.bound, "bob" + std::to_string(round));
            for (int i = 0; i < 20; ++i) {
                alice.send({make_sma("hi"), make_rpm("nobody")});
                bob.send(make_error(error::ok));
            }
            alice.reset();
        }
    }};
    std::uint64_t accepted = 0;
    for (int i = 0; i < 50; ++i) {
        auto samples = all.scrape();
        expect_balanced(samples);
        EXPECT_GE(samples["chatos_requests_accepted_total"], accepted);
        accepted = samples["chatos_requests_accepted_total"];
    }
}

TEST(Metrics, readyz_says_when_no_further_client_can_come_and_livez_stays) {
    const monitored_server all{{"--unregistered-max", "1"}};
    EXPECT_TRUE(all.get("/readyz").starts_with("HTTP/1.1 200 OK\r\n"));
    connection only{all.bound};
    while (all.get("/readyz").find("\r\n\r\nnot accepting connections\n") == std::string::npos) {
        std::this_thread::yield();
    }
    EXPECT_TRUE(all.get("/livez").starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_TRUE(all.get("/healthz").starts_with("HTTP/1.1 200 OK\r\n"));
    only.send(make_cr("alice"));
    EXPECT_TRUE(only.receives(make_error(error::ok)));
    EXPECT_TRUE(all.get("/readyz").starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST(Metrics, healthz_says_ok_then_draining) {
    monitored_server all{{"--drain-timeout-ms", "86400000", "--answer-timeout-ms", "86400000"}};
    connection alice = join(all.bound, "alice");
    connection bob = join(all.bound, "bob");
    alice.send(make_sma("hi"));
    ASSERT_TRUE(bob.receives(make_spm("alice", "hi")));
    EXPECT_TRUE(all.get("/healthz").starts_with("HTTP/1.1 200 OK\r\n"));
    all.server.signal(SIGTERM);
    // The signal and the request reach the server independently, so the first answer may still be the old one.
    std::string said;
    do {
        said = all.get("/healthz");
        EXPECT_TRUE(all.get("/livez").starts_with("HTTP/1.1 200 "));
    } while (said.starts_with("HTTP/1.1 200"));
    EXPECT_TRUE(said.starts_with("HTTP/1.1 503 ")) << said;
    EXPECT_TRUE(said.ends_with("draining\n")) << said;
    EXPECT_EQ(all.scrape()["chatos_draining"], 1U);
    all.server.signal(SIGTERM);
    EXPECT_EQ(all.server.wait(), 0);
}

TEST(Metrics, scrapers_that_stall_or_send_nonsense_disturb_nobody) {
    monitored_server all;
    std::deque<connection> stalled;
    for (int i = 0; i < 10; ++i) {
        stalled.emplace_back(all.metrics).send_bytes("GET /metr");
    }
    connection garbage{all.metrics};
    garbage.send_bytes(std::string(20'000, 'x'));
    EXPECT_NE(garbage.next_event(), "bytes") << "a request has a bound";
    EXPECT_TRUE(all.get("/nothing").starts_with("HTTP/1.1 404 "));
    EXPECT_TRUE(all.get("/healthz").starts_with("HTTP/1.1 200 "));
    static_cast<void>(join(all.bound, "alice"));
    all.server.signal(SIGTERM);
    EXPECT_EQ(all.server.wait(), 0) << "open scrapes do not hold it up";
}

TEST(Metrics, half_requests_keep_no_scrape_away) {
    monitored_server all;
    std::deque<connection> half;
    for (int i = 0; i < 400; ++i) {
        half.emplace_back(all.metrics).send_bytes("GET /metr");
    }
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(all.get("/metrics").starts_with("HTTP/1.1 200 "));
    }
    // Sixteen at a time for 3 s each would take 75 s.
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds{30});
}

TEST(Metrics, an_address_that_cannot_be_exits_2_and_one_that_is_taken_3) {
    process wrong{{"--listen", "127.0.0.1:0", "--metrics", "9090"}};
    EXPECT_EQ(
        wrong.all_err(),
        "chatos-server: --metrics: invalid address '9090': the port is missing; expected HOST:PORT, [IPv6]:PORT or unix:PATH, for example 127.0.0.1:7777\n");
    EXPECT_EQ(wrong.wait(), 2);
    const monitored_server first;
    process second{{"--listen", "127.0.0.1:0", "--metrics", first.metrics}};
    EXPECT_EQ(second.all_err(), "chatos-server: cannot serve metrics on " + first.metrics +
                                    ": Address already in use; choose another address\n");
    EXPECT_EQ(second.wait(), 3);
}

}  // namespace
}  // namespace chatos::net::test
