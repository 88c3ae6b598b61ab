// The system has no more memory for the server (RLIMIT_AS) although its own limits would allow more. Those who hold
// most are closed; the others notice at most that a message is answered 4.
#include "net/test_connection.hpp"
#include "net/test_monitored_server.hpp"
#include "net/test_process.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <deque>
#include <map>
#include <poll.h>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace chatos::net::test {
namespace {

using error = error_code;

constexpr std::size_t mebibyte = std::size_t{1} << 20U;
constexpr const char* day = "86400000";

struct short_server {
    // A Unix socket: the system buffers little, so the server soon holds what nobody reads.
    explicit short_server(const std::string& io, std::size_t address_space_bytes)
        : all{{"--listen", bound(), io, "--total-output-bytes-max", "1073741824", "--answer-timeout-ms", day,
               "--login-timeout-ms", day, "--per-address-max", "0"},
              {.address_space_bytes_max = address_space_bytes}} {}

    [[nodiscard]] std::string bound() const { return "unix:" + folder.path("socket"); }

    base::testing::temporary_folder folder;
    monitored_server all;
};

std::string name_of(std::size_t number) {
    return "sloth" + std::to_string(number);
}

// Users that read nothing and write as much as possible to each other.
void attack(const std::string& bound, std::deque<connection>& sloths) {
    constexpr std::size_t count = 40;
    const std::string large(60'000, 'm');
    sloths.clear();
    for (std::size_t i = 0; i < count; ++i) {
        const std::string name = name_of(i);
        sloths.emplace_back(bound).send_what_fits(bytes_of(make_cr(name)));
    }
    for (std::size_t i = 0; i < count; ++i) {
        const std::string recipient = name_of((i + 1) % count);
        std::string flood = bytes_of(make_rpm(recipient));
        for (int message = 0; message < 70; ++message) {
            flood += bytes_of(make_spm(recipient, large));
        }
        sloths[i].send_what_fits(flood);
    }
}

// The answer to a message, 0 or 4; Bob takes it if it comes.
error exchange(connection& alice, connection& bob) {
    alice.send(make_spm("bob", "hi"));
    std::array<::pollfd, 2> either{{{.fd = alice.descriptor(), .events = POLLIN, .revents = 0},
                                    {.fd = bob.descriptor(), .events = POLLIN, .revents = 0}}};
    EXPECT_GT(::poll(either.data(), either.size(), -1), 0);
    if (either[1].revents != 0) {
        EXPECT_TRUE(bob.receives(make_spm("alice", "hi")));
        bob.send(make_error(error::ok));
    }
    const std::string answer = alice.receive_bytes(2);
    EXPECT_EQ(answer.size(), 2U) << "alice stays connected";
    return answer == bytes_of(make_error(error::ok)) ? error::ok : error::unreachable;
}

class MemoryShortage : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        if (CHATOS_UNDER_SANITIZER) {
            GTEST_SKIP() << "a sanitizer reserves more addresses than any limit allows";
        }
    }
};

TEST_P(MemoryShortage, closes_who_holds_most_and_all_others_are_served) {
    short_server tested{GetParam(), 96 * mebibyte};
    connection alice = join(tested.all.bound, "alice");
    connection bob = join(tested.all.bound, "bob");
    alice.send(make_rpm("bob"));
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
    std::deque<connection> sloths;
    std::map<std::string, std::uint64_t> samples;
    do {
        attack(tested.bound(), sloths);
        static_cast<void>(exchange(alice, bob));
        samples = tested.all.scrape();
    } while (samples["chatos_closed_total{cause=\"memory\"}"] == 0);
    EXPECT_GT(samples["chatos_memory_shortages_total"], 0U);
    sloths.clear();
    while (exchange(alice, bob) != error::ok) {  // at the latest once the attackers are gone
    }
    const connection carol = join(tested.all.bound, "carol");
    while (tested.all.scrape()["chatos_users"] != 3) {
    }
    alice.end();
    bob.end();
    EXPECT_EQ(alice.next_event(), "end");
    tested.all.server.signal(SIGTERM);
    const std::string said = tested.all.server.all_err();
    EXPECT_EQ(tested.all.server.wait(), 0) << said;
    EXPECT_NE(said.find(" level=warning event=memory_short closed="), std::string::npos) << said;
}

// The limit is lowered below what the server has: from now on the system gives it nothing.
TEST_P(MemoryShortage, without_end_leaves_those_who_hold_little_alone) {
    short_server tested{GetParam(), 1'024 * mebibyte};
    connection alice = join(tested.all.bound, "alice");
    connection bob = join(tested.all.bound, "bob");
    alice.send(make_rpm("bob"));
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
    ::rlimit before{};
    const ::rlimit nothing{.rlim_cur = mebibyte, .rlim_max = 1'024 * mebibyte};
    ASSERT_EQ(::prlimit(tested.all.server.id(), RLIMIT_AS, &nothing, &before), 0);
    const std::string large(60'000, 'm');
    const std::string unfinished = bytes_of(make_sma(large)).substr(0, 15'000);
    std::deque<connection> attackers;
    for (int i = 0; i < 1'000; ++i) {  // twice the reserve
        if (attackers.size() == 500) {
            attackers.pop_front();
        }
        attackers.emplace_back(tested.bound()).send_what_fits(unfinished);
        if (i % 50 == 0) {
            static_cast<void>(exchange(alice, bob));
        }
    }
    ASSERT_EQ(::prlimit(tested.all.server.id(), RLIMIT_AS, &before, nullptr), 0);
    attackers.clear();
    while (exchange(alice, bob) != error::ok) {
    }
    EXPECT_GT(tested.all.scrape()["chatos_memory_shortages_total"], 0U);
    tested.all.server.signal(SIGTERM);
    tested.all.server.signal(SIGTERM);
    EXPECT_EQ(tested.all.server.wait(), 0);
}

INSTANTIATE_TEST_SUITE_P(Ways, MemoryShortage, testing::Values("--io-uring", "--no-io-uring"),
                         [](const auto& way) { return way.param[2] == 'i' ? "together" : "one_by_one"; });

TEST(MemoryAtStart, that_is_limited_gives_smaller_limits_and_a_warning_when_their_sum_does_not_fit) {
    if (CHATOS_UNDER_SANITIZER) {
        GTEST_SKIP() << "a sanitizer reserves more addresses than any limit allows";
    }
    const auto total_output_bytes = [](std::size_t address_space_bytes) {
        process server{{"--print-limits", "--json"}, {.address_space_bytes_max = address_space_bytes}};
        const std::string report = server.all_out();
        EXPECT_EQ(server.wait(), 0);
        const std::string key = R"("flag": "--total-output-bytes-max", "value": )";
        return std::stoul(report.substr(report.find(key) + key.size()));
    };
    EXPECT_LT(total_output_bytes(200 * mebibyte), 50 * mebibyte);
    EXPECT_GT(total_output_bytes(200 * mebibyte), 40 * mebibyte);
    process server{{"--listen", "127.0.0.1:0"}, {.address_space_bytes_max = 200 * mebibyte}};
    static_cast<void>(join(server.bound(), "alice"));
    server.signal(SIGTERM);
    const std::string said = server.all_err();
    EXPECT_EQ(server.wait(), 0);
    EXPECT_NE(said.find(" level=warning event=started "), std::string::npos) << said;
    EXPECT_NE(said.find(" memory_bound_by=address_space "), std::string::npos) << said;
    EXPECT_NE(said.find(" advice=\"these limits may take more memory than there is"), std::string::npos) << said;
}

TEST(MemoryAtStart, of_which_there_is_too_little_is_a_sentence_and_exit_3) {
    if (CHATOS_UNDER_SANITIZER) {
        GTEST_SKIP() << "a sanitizer reserves more addresses than any limit allows";
    }
    process server{{"--listen", "127.0.0.1:0"}, {.address_space_bytes_max = 14 * mebibyte}};
    const std::string said = server.all_err();
    EXPECT_EQ(server.wait(), 3) << said;
    EXPECT_TRUE(said.starts_with("chatos-server: ")) << said;
}

}  // namespace
}  // namespace chatos::net::test
