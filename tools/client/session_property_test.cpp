// What holds for every history: any segmentation of the server's bytes has the same outcome, and each delivery has
// exactly one answer, in order, of the right kind.
#include "client/testing/played_session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <vector>

namespace chatos::client {
namespace {

using namespace std::chrono_literals;
using testing::bytes_of;
using testing::played_session;
using lines = std::vector<std::string>;

/// What a session said and told when the bytes came cut in this way.
lines outcome(const std::vector<std::byte>& bytes, const std::vector<std::size_t>& cuts) {
    played_session alice;
    alice.say("one");
    alice.contact("bob");
    alice.message("bob", "two");
    std::size_t at = 0;
    for (const std::size_t cut : cuts) {
        alice.tested.receive(std::span{bytes}.subspan(at, cut - at), alice.now);
        at = cut;
    }
    alice.tested.receive(std::span{bytes}.subspan(at), alice.now);
    alice.tested.leave();
    lines all = alice.sent();
    for (std::string& line : alice.take_lines()) {
        all.push_back(std::move(line));
    }
    return all;
}

std::vector<std::vector<std::byte>> conversations() {
    const packet_view ok = make_error(error_code::ok);
    std::vector<std::vector<std::byte>> all;
    all.push_back(
        bytes_of(std::vector<packet_view>{ok, make_spm("bob", "hi \xf0\x9f\x90\x99"), ok, ok, make_pc("carol"),
                                          make_spm("bob", ""), make_error(error_code::refused), ok, ok}));
    for (const char wrong : {'\x01', '\x02', '\x04', '\x07', '\x00'}) {
        all.push_back(bytes_of(std::vector<packet_view>{ok, make_spm("bob", "hi")}));
        for (const char byte : {wrong, '\x00', '\x01', 'x', '\x06'}) {
            all.back().push_back(static_cast<std::byte>(byte));
        }
    }
    return all;
}

TEST(Segmentation, makes_no_difference_CLI_7) {
    for (const std::vector<std::byte>& bytes : conversations()) {
        const lines whole = outcome(bytes, {});
        std::vector<std::size_t> every;
        for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
            EXPECT_EQ(outcome(bytes, {cut}), whole) << "cut at " << cut;
            every.push_back(cut);
        }
        EXPECT_EQ(outcome(bytes, every), whole) << "byte by byte";
    }
}

// The server of these histories takes its time.
session_options patient() {
    session_options options;
    options.answer_limit = std::chrono::hours{24};
    return options;
}

/// A server that keeps book of what it delivered and of what must be answered.
class book_keeper {
public:
    explicit book_keeper(std::uint32_t seed) : random_{seed} {}

    void run(std::size_t steps) {
        alice_.join();
        for (std::size_t step = 0; step < steps && !::testing::Test::HasFailure(); ++step) {
            take_step();
            check_sent();
        }
        alice_.tested.leave();
        check_sent();
        EXPECT_EQ(answers_, deliveries_) << "each delivery has its one answer";
        EXPECT_LE(most_requests_, 1U);
    }

private:
    std::size_t roll(std::size_t sides) { return std::uniform_int_distribution<std::size_t>{0, sides - 1}(random_); }
    std::string name() { return std::string(1, static_cast<char>('b' + roll(3))); }

    void take_step() {
        switch (roll(8)) {
        case 0: deliver(make_spm("b", "hi"), true); break;
        case 1: deliver(make_spm("c", ""), true); break;
        case 2: deliver(make_pc("bcd"), false); break;
        case 3: ask(); break;
        case 4:
        case 5: answer(); break;
        case 6: decide(); break;
        case 7: alice_.pass(std::chrono::milliseconds{roll(20'000)}); break;
        default: break;
        }
    }

    void deliver(const packet_view& packet, bool is_message) {
        alice_.receive(packet);
        must_be_ok_.push_back(is_message);
        ++deliveries_;
    }

    void ask() {
        const std::string to = name();
        switch (roll(3)) {
        case 0: alice_.say("x"); break;
        case 1: alice_.message(to, "x"); break;
        default: alice_.contact(to); break;
        }
    }

    // A server answers requests that it has, and nothing else.
    void answer() {
        if (open_.empty()) {
            return;
        }
        const bool is_ok = roll(3) != 0;
        const bool goes_on = is_ok && open_.front() == "PC";
        open_.pop_front();
        if (goes_on) {
            open_.push_front("decision");
        }
        alice_.answer(is_ok ? error_code::ok : error_code::unreachable);
    }

    void decide() { alice_.tested.decide("bcd", roll(2) == 0); }

    void check_sent() {
        for (const std::string& bytes : alice_.sent()) {
            if (bytes.starts_with("ERROR")) {
                ++answers_;
                ASSERT_LE(answers_, deliveries_) << "an answer to nothing";
                const bool is_message = must_be_ok_[answers_ - 1];
                EXPECT_TRUE(bytes == "ERROR 0" || (!is_message && bytes == "ERROR 5")) << bytes;
            } else {
                open_.push_back(bytes.substr(0, bytes.find(' ')));
                most_requests_ = std::max(most_requests_, open_.size());
            }
        }
    }

    std::mt19937 random_;
    played_session alice_{patient()};
    std::vector<bool> must_be_ok_;
    std::size_t deliveries_{0};
    std::size_t answers_{0};
    std::deque<std::string> open_;
    std::size_t most_requests_{0};
};

TEST(RandomHistories, each_delivery_has_one_answer_in_order_and_one_request_is_under_way) {
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        book_keeper{seed}.run(200);
        if (HasFailure()) {
            return;
        }
    }
}

/// Bytes that mean nothing, from any server: the session ends or continues, and never does anything else.
TEST(RandomHistories, noise_never_does_harm) {
    std::mt19937 random{7};
    for (int round = 0; round < 2'000; ++round) {
        played_session alice;
        alice.join();
        alice.contact("bob");
        std::vector<std::byte> noise(std::uniform_int_distribution<std::size_t>{1, 64}(random));
        for (std::byte& byte : noise) {
            byte = static_cast<std::byte>(std::uniform_int_distribution<int>{0, 8}(random));
        }
        alice.tested.receive(noise, alice.now);
        for (const std::string& bytes : alice.sent()) {
            EXPECT_NE(bytes, "?");
        }
    }
}

}  // namespace
}  // namespace chatos::client
