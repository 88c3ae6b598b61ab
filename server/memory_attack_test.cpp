// The promise of --print-limits under attack: some hundred clients make a real server hold as much memory as possible,
// and the test checks its resident size at each step.
#include "net/test_monitored_server.hpp"
#include "net/test_process.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace chatos::net::test {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

std::vector<std::string> small_limits() {
    return {"--capacity",
            "200",
            "--unregistered-max",
            "300",
            "--output-bytes-max",
            "1048576",
            "--total-output-bytes-max",
            "16777216",
            "--total-input-bytes-max",
            "8388608",
            "--answer-timeout-ms",
            "600000",
            "--login-timeout-ms",
            "600000",
            "--unregistered-packet-bytes-max",  // so that unregistered ones can hold much
            "70000"};
}

std::size_t ceiling_bytes() {
    std::vector<std::string> arguments = small_limits();
    arguments.insert(arguments.end(), {"--print-limits", "--json"});
    process server{arguments};
    const std::string report = server.all_out();
    EXPECT_EQ(server.wait(), 0);
    constexpr std::string_view key = "\"memory_bytes_max\": ";
    const std::size_t at = report.find(key);
    EXPECT_NE(at, std::string::npos) << report;
    std::size_t bytes = 0;
    std::from_chars(report.data() + at + key.size(), report.data() + report.size(), bytes);
    return bytes;
}

class attack {
public:
    attack() : server_{arguments()}, base_bytes_{server_.server.resident_bytes()} {}

    // The server closes those that hold most.
    void join_again() {
        users_.clear();
        for (int i = 0; i < users; ++i) {
            users_.push_back(join(bound(), name_of(i)));
        }
    }

    static constexpr int users = 150;
    static std::string name_of(int number) { return "user" + std::to_string(number); }

    // Sends as much as the server takes at once; it must not wait for a server that has stopped reading.
    void flood(connection& client, const std::string& bytes) {
        client.send_what_fits(bytes);
        worst_bytes_ = std::max(worst_bytes_, server_.server.resident_bytes() - base_bytes_);
    }

    std::deque<connection>& clients() { return users_; }
    connection& unregistered() { return unregistered_.emplace_back(bound()); }
    void unregistered_leave() { unregistered_.clear(); }
    [[nodiscard]] std::size_t worst_bytes() const { return worst_bytes_; }
    [[nodiscard]] std::string bound() const { return "unix:" + folder_.path("socket"); }
    monitored_server& server() { return server_; }

private:
    std::vector<std::string> arguments() {
        std::vector<std::string> all = small_limits();
        // A Unix socket: the system buffers little, so the server soon holds the rest itself.
        all.insert(all.end(), {"--listen", "unix:" + folder_.path("socket"), "--per-address-max", "0"});
        return all;
    }

    base::testing::temporary_folder folder_;
    monitored_server server_;
    std::size_t base_bytes_;
    std::size_t worst_bytes_{0};
    std::deque<connection> users_;
    std::deque<connection> unregistered_;
};

std::string repeated(const std::string& text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) {
        all += text;
    }
    return all;
}

void take_output_memory(attack& all) {
    const std::string giant(65'000, 'm');
    const std::string message = bytes_of(make_sma(giant));
    // No client reads: large messages to all, then tiny ones, which take more memory than they have bytes.
    for (connection& client : all.clients()) {
        all.flood(client, repeated(message, 2) + repeated(bytes_of(make_sma("")), 20));
    }
    // Messages to single recipients, which share nothing.
    for (int i = 0; i < attack::users; ++i) {
        const std::string recipient = attack::name_of((i + 1) % attack::users);
        all.flood(all.clients()[static_cast<std::size_t>(i)],
                  bytes_of(make_rpm(recipient)) + repeated(bytes_of(make_spm(recipient, giant)), 8));
    }
    // Answers to what was never read, so that places are free for more; then requests whose answers are not read.
    for (int round = 0; round < 3; ++round) {
        for (connection& client : all.clients()) {
            all.flood(client, repeated(bytes_of(make_error(error_code::ok)), 2'000) +
                                  repeated(bytes_of(make_sma("")), 20) + repeated(bytes_of(make_rpm("nobody")), 3'000));
        }
    }
}

void take_input_memory(attack& all) {
    const std::string giant(65'000, 'm');
    const std::string message = bytes_of(make_sma(giant));
    // Unregistered clients: packets that never end, of sizes that make vectors grow badly, and floods of requests.
    for (int i = 0; i < 280; ++i) {
        connection& client = all.unregistered();
        const std::size_t size = 45'000 + static_cast<std::size_t>(i) * 70;
        all.flood(client, i % 3 == 0 ? repeated(bytes_of(make_rpm("nobody")), 5'000) : message.substr(0, size));
    }
    // Together they exceed the bound once the server has read them.
    while (all.server().scrape()["chatos_closed_total{cause=\"input_memory\"}"] == 0) {
        all.flood(all.unregistered(), message.substr(0, 60'000));
    }
}

TEST(MemoryAttack, the_server_stays_below_the_ceiling_that_it_prints) {
    const std::size_t ceiling = ceiling_bytes();
    attack all;
    // However slow the machine is, the attack continues until it has reached its bounds.
    std::map<std::string, std::uint64_t> samples;
    do {
        all.unregistered_leave();
        all.join_again();
        take_output_memory(all);
        take_input_memory(all);
        samples = all.server().scrape();
    } while (samples["chatos_closed_total{cause=\"output_memory\"}"] == 0);
    EXPECT_LT(all.worst_bytes(), ceiling);
    RecordProperty("worst_bytes", static_cast<int>(all.worst_bytes()));
    // A well-behaved client is still served; unregistered, so that no message of the attack comes before the answer.
    all.unregistered_leave();
    connection honest{all.bound()};
    honest.send(make_rpm("nobody"));
    EXPECT_TRUE(honest.receives(make_error(error_code::refused)));
}

TEST(MemoryAttack, each_connection_takes_less_than_the_ceiling_counts_for_it) {
    constexpr std::size_t crowd_size = 500;
    constexpr std::size_t counted_bytes = 1'536 + 96 + 440;  // loop, address and record of --print-limits
    base::testing::temporary_folder folder;
    process server{{"--listen", "unix:" + folder.path("socket"), "--unregistered-max", "2000"}};
    const std::string bound = server.bound();
    const auto settle = [&bound] {
        connection client{bound};
        client.send(make_rpm("nobody"));
        EXPECT_TRUE(client.receives(make_error(error_code::refused)));
    };
    settle();
    const std::size_t before = server.resident_bytes();
    std::deque<connection> clients;
    for (std::size_t i = 0; i < crowd_size; ++i) {
        clients.emplace_back(bound);
    }
    settle();
    EXPECT_LT(server.resident_bytes() - before, crowd_size * counted_bytes + mebibyte / 4);
}

}  // namespace
}  // namespace chatos::net::test
