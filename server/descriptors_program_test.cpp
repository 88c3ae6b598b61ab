// No descriptors left: open connections are served, new ones wait until others leave, and the server does not spin.
#include "net/test_connection.hpp"
#include "net/test_monitored_server.hpp"
#include "net/test_process.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <deque>
#include <filesystem>
#include <string>
#include <sys/resource.h>
#include <utility>

namespace chatos::net::test {
namespace {

using error = error_code;

void converse(connection& alice, connection& bob) {
    alice.send({make_rpm("bob"), make_spm("bob", "hi")});
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
    EXPECT_TRUE(bob.receives(make_spm("alice", "hi")));
    bob.send(make_error(error::ok));
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
}

// As many wait as the system allows; they have already sent their CR.
std::deque<connection> queue_up(const std::string& bound, int count) {
    std::deque<connection> waiting;
    for (int i = 0; i < count; ++i) {
        const std::string pseudo = "newcomer" + std::to_string(i);
        waiting.emplace_back(bound).send(make_cr(pseudo));
    }
    return waiting;
}

void expect_all_to_get_in_as_others_leave(std::deque<connection> waiting) {
    while (!waiting.empty()) {
        ASSERT_TRUE(waiting.front().receives(make_error(error::ok)));
        waiting.pop_front();
    }
}

TEST(Descriptors, sixty_four_those_inside_are_served_newcomers_wait_and_it_recovers) {
    process server{{"--listen", "127.0.0.1:0"}, {.descriptors_max = 64}};
    const std::string bound = server.bound();
    connection alice = join(bound, "alice");
    connection bob = join(bound, "bob");
    std::deque<connection> waiting = queue_up(bound, 150);
    converse(alice, bob);
    expect_to_rest(server);
    converse(alice, bob);
    expect_all_to_get_in_as_others_leave(std::move(waiting));
    converse(alice, bob);
    expect_to_rest(server);
    server.signal(SIGTERM);
    EXPECT_EQ(alice.next_event(), "end");
    EXPECT_EQ(bob.next_event(), "end");
    alice.end();
    bob.end();
    EXPECT_EQ(server.wait(), 0);
}

// The next descriptor that a process opens gets this number.
::rlim_t next_descriptor(::pid_t process) {
    ::rlim_t number = 0;
    while (std::filesystem::is_symlink("/proc/" + std::to_string(process) + "/fd/" + std::to_string(number))) {
        ++number;
    }
    return number;
}

// The limit is lowered under a running server, which counts on more: so accept() itself fails, with EMFILE, for clients
// and for scrapers.
TEST(Descriptors, EMFILE_below_what_it_counts_on_newcomers_and_scrapers_wait_and_it_recovers) {
    if (CHATOS_UNDER_SANITIZER) {
        GTEST_SKIP() << "the sanitizer opens descriptors to check a virtual call, and without them ends the server";
    }
    monitored_server all;
    connection alice = join(all.bound, "alice");
    connection bob = join(all.bound, "bob");
    ::rlimit before{};
    ASSERT_EQ(::prlimit(all.server.id(), RLIMIT_NOFILE, nullptr, &before), 0);
    const ::rlimit tight{.rlim_cur = next_descriptor(all.server.id()), .rlim_max = before.rlim_max};
    ASSERT_EQ(::prlimit(all.server.id(), RLIMIT_NOFILE, &tight, nullptr), 0);
    std::deque<connection> waiting = queue_up(all.bound, 6);
    connection scraper{all.metrics};
    scraper.send_bytes("GET /healthz HTTP/1.1\r\n\r\n");
    converse(alice, bob);
    expect_to_rest(all.server);
    converse(alice, bob);
    bob.end();
    EXPECT_EQ(bob.next_event(), "end");
    // One descriptor is free now: for the new connections in turn, or for the scraper, whichever comes first.
    expect_all_to_get_in_as_others_leave(std::move(waiting));
    EXPECT_TRUE(scraper.receive_all().starts_with("HTTP/1.1 200 "));
    EXPECT_GT(all.scrape()["chatos_accept_pauses_total"], 0U);
    all.server.signal(SIGTERM);
    EXPECT_EQ(alice.next_event(), "end");
    alice.end();
    EXPECT_EQ(all.server.wait(), 0);
}

}  // namespace
}  // namespace chatos::net::test
