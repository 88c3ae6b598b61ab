// Thousands of users at once. CHATOS_MANY_CLIENTS is how many a build with sanitizers can take in good time.
#include "net/test_client_pool.hpp"
#include "net/test_monitored_server.hpp"
#include "net/test_process.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace chatos::net::test {
namespace {

// Thousands of clients may take long on a slow machine.
const std::vector<std::string> unhurried{"--answer-timeout-ms", "86400000", "--login-timeout-ms", "86400000"};

// The server's own descriptors beside its connections: see descriptors_spare in the loop.
constexpr std::size_t own_descriptors = 64;

// All register, receive a message of one of them, and leave nothing in the server. Returns the resident size of the
// server with all of them registered.
std::size_t come_and_go(monitored_server& all, std::size_t count) {
    std::vector<error_code> answers;
    client_pool users{all.bound, [&answers](client_pool::member&, const packet_view& packet) {
                          if (packet.op == opcode::error) {
                              answers.push_back(packet.code);
                          } else {
                              EXPECT_EQ(packet.message, "hello");
                              EXPECT_EQ(packet.pseudo, "user0");
                          }
                      }};
    EXPECT_TRUE(users.join(count));
    EXPECT_EQ(all.scrape()["chatos_users"], count);
    const std::size_t resident = all.server.resident_bytes();
    users.send(users.clients()[0], make_sma("hello"));
    EXPECT_TRUE(users.run_until([&answers] { return !answers.empty(); }));
    EXPECT_EQ(answers, std::vector{error_code::ok});
    EXPECT_EQ(users.messages(), count - 1) << "everybody but the sender (ALL-1, ALL-2), before the answer (ALL-3)";
    users.leave();
    auto samples = all.scrape();
    while (samples["chatos_connections"] != 0) {
        std::this_thread::yield();
        samples = all.scrape();
    }
    for (const char* gauge :
         {"chatos_users", "chatos_requests_pending", "chatos_deliveries_waiting", "chatos_output_bytes_queued",
          "chatos_output_memory_bytes", "chatos_input_memory_bytes"}) {
        EXPECT_EQ(samples[gauge], 0U) << gauge;
    }
    EXPECT_EQ(samples["chatos_deliveries_made_total"], count - 1);
    return resident;
}

TEST(Crowd, ten_thousand_users_at_once_come_hear_one_of_them_and_leave_nothing_behind) {
    constexpr std::size_t count = CHATOS_MANY_CLIENTS;
    if (const std::string why = raise_descriptor_limit(count + own_descriptors); !why.empty()) {
        GTEST_SKIP() << why;
    }
    monitored_server all{unhurried};
    come_and_go(all, count);
    all.server.signal(SIGTERM);
    EXPECT_EQ(all.server.wait(), 0);
}

TEST(Crowd, nineteen_thousand_users_at_once_when_the_flags_allow_them) {
    constexpr std::size_t count = CHATOS_MANY_CLIENTS == 10'000 ? 19'000 : CHATOS_MANY_CLIENTS;
    if (const std::string why = raise_descriptor_limit(count + own_descriptors); !why.empty()) {
        GTEST_SKIP() << why;
    }
    std::vector<std::string> flags = unhurried;
    flags.insert(flags.end(), {"--capacity", "20000", "--unregistered-max", "20000"});
    monitored_server all{flags};
    const std::size_t before = all.server.resident_bytes();
    const std::size_t with_all = come_and_go(all, count);
    RecordProperty("resident_bytes_per_user", static_cast<int>((with_all - before) / count));
    all.server.signal(SIGTERM);
    EXPECT_EQ(all.server.wait(), 0);
}

TEST(Crowd, thundering_reconnect_all_break_at_once_and_come_again_under_their_old_names) {
    constexpr std::size_t count = CHATOS_MANY_CLIENTS / 5;
    if (const std::string why = raise_descriptor_limit(2 * count + own_descriptors); !why.empty()) {
        GTEST_SKIP() << why;
    }
    monitored_server all{unhurried};
    client_pool users{all.bound};
    constexpr std::size_t rounds = 3;
    for (std::size_t round = 0; round < rounds; ++round) {
        // The server finds all the resets and all the newcomers at the same moment.
        all.server.signal(SIGSTOP);
        users.leave(true);
        users.connect(count);
        all.server.signal(SIGCONT);
        ASSERT_TRUE(users.all_registered()) << round;
        users.send(users.clients()[0], make_sma("hello"));
        ASSERT_TRUE(users.run_until([&users] { return users.clients()[0].answers_received == 1; }));
        EXPECT_EQ(users.messages(), count - 1);
    }
    auto samples = all.scrape();
    EXPECT_EQ(samples["chatos_connections_opened_total"], rounds * count);
    EXPECT_EQ(samples["chatos_users"], count);
}

TEST(Crowd, accept_storm_those_who_are_in_are_served_and_all_get_in) {
    constexpr std::size_t count = CHATOS_MANY_CLIENTS / 5;
    if (const std::string why = raise_descriptor_limit(count + own_descriptors); !why.empty()) {
        GTEST_SKIP() << why;
    }
    monitored_server all{unhurried};
    connection alice = join(all.bound, "alice");
    connection bob = join(all.bound, "bob");
    alice.send(make_rpm("bob"));
    EXPECT_TRUE(alice.receives(make_error(error_code::ok)));
    client_pool users{all.bound};
    all.server.signal(SIGSTOP);
    users.connect(count);
    alice.send(make_spm("bob", "in the storm"));
    all.server.signal(SIGCONT);
    EXPECT_TRUE(bob.receives(make_spm("alice", "in the storm")));
    bob.send(make_error(error_code::ok));
    EXPECT_TRUE(alice.receives(make_error(error_code::ok)));
    EXPECT_TRUE(users.all_registered());
    EXPECT_EQ(all.scrape()["chatos_users"], count + 2);
}

}  // namespace
}  // namespace chatos::net::test
