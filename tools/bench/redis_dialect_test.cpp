// Redis pub/sub as a load speaks it, against transcripts.
#include "bench/dialect_testing.hpp"
#include "bench/redis_dialect.hpp"
#include "bench/redis_reply.hpp"

#include <gtest/gtest.h>

namespace chatos::bench::testing {
namespace {

using namespace std::string_view_literals;

constexpr workload two_and_three{.senders = 2, .receivers = 3, .message_bytes = 6, .in_flight = 4};
constexpr auto subscribed = "*3\r\n$9\r\nsubscribe\r\n$2\r\nch\r\n:1\r\n"sv;
constexpr auto from_sender_1 = "*3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$6\r\n0001mm\r\n"sv;

TEST(redis_dialect, receivers_subscribe_and_senders_ping) {
    redis_dialect spoken{two_and_three, "ch"};
    std::uint32_t answers = 0;
    EXPECT_EQ(log_in(spoken, 2, answers), "*2\r\n$9\r\nSUBSCRIBE\r\n$2\r\nch\r\n");
    EXPECT_EQ(answers, 1U);
    EXPECT_EQ(log_in(spoken, 1, answers), "*1\r\n$4\r\nPING\r\n");
    EXPECT_EQ(answers, 1U);
    EXPECT_FALSE(spoken.senders_receive());
    EXPECT_EQ(spoken.done_when(), completion::delivered);
}

TEST(redis_dialect, publishes_a_block) {
    redis_dialect spoken{two_and_three, "ch"};
    const std::string message = "*3\r\n$7\r\nPUBLISH\r\n$2\r\nch\r\n$6\r\n0001mm\r\n";
    std::uint32_t given = 0;
    EXPECT_EQ(publish(spoken, 1, 3, given), message + message + message);
    EXPECT_EQ(given, 3U);
}

TEST(redis_dialect, a_receiver_sees_its_subscription_and_messages_whatever_the_pieces) {
    redis_dialect spoken{two_and_three, "ch"};
    const std::string input = std::string{subscribed} + std::string{from_sender_1} + std::string{from_sender_1};
    for (std::size_t size = 1; size <= input.size(); ++size) {
        const arrivals arrivals = read_in_pieces(spoken, 4, input, size);
        EXPECT_EQ(arrivals.fault, "") << size;
        EXPECT_EQ(arrivals.answers, 1U) << size;
        EXPECT_EQ(arrivals.senders, (std::vector<user_number>{1, 1})) << size;
        EXPECT_TRUE(arrivals.acknowledgements.empty()) << size;
        EXPECT_EQ(arrivals.consumed, input.size()) << size;
    }
}

TEST(redis_dialect, a_sender_sees_how_many_receivers_were_reached) {
    redis_dialect spoken{two_and_three, "ch"};
    const arrivals arrivals = read(spoken, 0, "+PONG\r\n:3\r\n:3\r\n:");
    EXPECT_EQ(arrivals.fault, "");
    EXPECT_EQ(arrivals.answers, 3U);
    EXPECT_EQ(arrivals.consumed, 15U);
}

TEST(redis_dialect, tells_what_the_server_did_wrong) {
    redis_dialect spoken{two_and_three, "ch"};
    EXPECT_EQ(read(spoken, 0, ":2\r\n").fault, "an unexpected answer: 2");
    EXPECT_EQ(read(spoken, 0, "-ERR unknown command\r\n").fault, "an error: ERR unknown command");
    EXPECT_EQ(read(spoken, 2, ":3\r\n").fault, "an unexpected answer: 3");
    EXPECT_EQ(read(spoken, 2, "HTTP/1.1 400").fault, "bytes that are no reply of Redis");
    const auto unknown_message = "a message that no sender of this load has published"sv;
    EXPECT_EQ(read(spoken, 0, from_sender_1).fault, unknown_message);
    EXPECT_EQ(read(spoken, 2, "*3\r\n$7\r\nmessage\r\n$2\r\nxx\r\n$6\r\n0001mm\r\n").fault, unknown_message);
    EXPECT_EQ(read(spoken, 2, "*3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$6\r\n0001mn\r\n").fault, unknown_message);
    EXPECT_EQ(read(spoken, 2, "*3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$6\r\n0007mm\r\n").fault, unknown_message);
    EXPECT_EQ(read(spoken, 2, "*1\r\n$7\r\nmessage\r\n").fault, unknown_message);
}

TEST(redis_reply, is_incomplete_until_its_last_byte) {
    std::vector<std::string_view> elements;
    const std::string whole{from_sender_1};
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_EQ(read_redis_reply(std::string_view{whole}.substr(0, size), elements).status, reply_status::incomplete)
            << size;
    }
    const redis_reply reply = read_redis_reply(whole + ":9\r\n", elements);
    EXPECT_EQ(reply.status, reply_status::complete);
    EXPECT_EQ(reply.consumed, whole.size());
}

TEST(redis_reply, is_bounded_and_strict) {
    std::vector<std::string_view> elements;
    for (const std::string& wrong :
         {std::string{"x"}, std::string{"*9\r\n"}, std::string{"*-1\r\n"}, std::string{"*1\r\n+OK\r\n"},
          std::string{"*1\r\n$131073\r\n"}, std::string{"*1\r\n$-1\r\n"}, std::string{"*1\r\n$2\r\nabc\r\n"},
          std::string{"*1\r\n*1\r\n"}, "+" + std::string(600, 'a')}) {
        EXPECT_EQ(read_redis_reply(wrong, elements).status, reply_status::malformed) << wrong.substr(0, 20);
    }
}

}  // namespace
}  // namespace chatos::bench::testing
