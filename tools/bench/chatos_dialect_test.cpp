// ChatOS as a load speaks it: bytes in, bytes out.
#include "bench/chatos_dialect.hpp"
#include "bench/dialect_testing.hpp"

#include <gtest/gtest.h>

namespace chatos::bench::testing {
namespace {

using namespace std::string_view_literals;

constexpr workload two_and_three{.senders = 2, .receivers = 3, .message_bytes = 6, .in_flight = 4};
constexpr auto error_ok = "\x06\x00"sv;
constexpr auto from_sender_0 = "\x03\x00\x02u0\x00\x00\x00\x06"
                               "0000mm"sv;
constexpr auto from_sender_1 = "\x03\x00\x02u1\x00\x00\x00\x06"
                               "0001mm"sv;

std::string joined(std::initializer_list<std::string_view> parts) {
    std::string all;
    for (const std::string_view part : parts) {
        all += part;
    }
    return all;
}

TEST(chatos_dialect, logs_in_with_a_connection_request) {
    chatos_dialect spoken{two_and_three, "u"};
    std::uint32_t answers = 0;
    EXPECT_EQ(log_in(spoken, 0, answers), "\x01\x00\x02u0"sv);
    EXPECT_EQ(answers, 1U);
    EXPECT_EQ(log_in(spoken, 12, answers), "\x01\x00\x03u12"sv);
}

TEST(chatos_dialect, publishes_messages_to_all_in_one_block_up_to_the_window) {
    chatos_dialect spoken{two_and_three, "u"};
    const std::string message = std::string{"\x04\x00\x00\x00\x06"sv} + "0001mm";
    std::uint32_t given = 0;
    EXPECT_EQ(publish(spoken, 1, 1, given), message);
    EXPECT_EQ(given, 1U);
    EXPECT_EQ(publish(spoken, 1, 4, given), message + message + message + message);
    EXPECT_EQ(given, 4U);
    EXPECT_EQ(publish(spoken, 1, 9, given).size(), 4 * message.size());
    EXPECT_EQ(given, 4U) << "the rest is for another call";
}

TEST(chatos_dialect, a_block_of_large_messages_is_bounded_and_holds_one_at_least) {
    chatos_dialect spoken{{.senders = 1, .receivers = 1, .message_bytes = 65'536, .in_flight = 100}, "u"};
    std::uint32_t given = 0;
    EXPECT_EQ(publish(spoken, 0, 100, given).size(), 65'541U);
    EXPECT_EQ(given, 1U);
}

TEST(chatos_dialect, needs_no_introduction_to_write_to_everybody) {
    chatos_dialect spoken{two_and_three, "u"};
    bytes out;
    EXPECT_EQ(spoken.introduce(0, out), 0U);
    EXPECT_TRUE(out.empty());
    EXPECT_TRUE(spoken.senders_receive());
}

TEST(chatos_dialect, asks_for_its_partner_and_writes_to_it) {
    chatos_dialect spoken{{.senders = 2, .receivers = 2, .message_bytes = 4, .in_flight = 1, .to = audience::partner},
                          "u"};
    bytes out;
    EXPECT_EQ(spoken.introduce(1, out), 1U);
    EXPECT_EQ(as_text(out), "\x02\x00\x02u3"sv);
    std::uint32_t given = 0;
    EXPECT_EQ(publish(spoken, 1, 1, given), "\x03\x00\x02u3\x00\x00\x00\x04"
                                            "0001"sv);
    EXPECT_FALSE(spoken.senders_receive());
}

TEST(chatos_dialect, acknowledges_each_message_in_order_whatever_the_pieces) {
    chatos_dialect spoken{two_and_three, "u"};
    const std::string input = joined({error_ok, from_sender_1, from_sender_0, error_ok, error_ok, from_sender_1});
    for (std::size_t size = 1; size <= input.size(); ++size) {
        const arrivals arrivals = read_in_pieces(spoken, 3, input, size);
        EXPECT_EQ(arrivals.fault, "") << size;
        EXPECT_EQ(arrivals.consumed, input.size()) << size;
        EXPECT_EQ(arrivals.answers, 3U) << size;
        EXPECT_EQ(arrivals.senders, (std::vector<user_number>{1, 0, 1})) << size;
        EXPECT_EQ(as_text(arrivals.acknowledgements), joined({error_ok, error_ok, error_ok})) << size;
    }
}

TEST(chatos_dialect, reads_more_packets_than_one_batch_holds) {
    chatos_dialect spoken{two_and_three, "u"};
    std::string input;
    for (int i = 0; i < 1'000; ++i) {
        input += from_sender_0;
    }
    const arrivals arrivals = read(spoken, 2, input);
    EXPECT_EQ(arrivals.senders.size(), 1'000U);
    EXPECT_EQ(arrivals.acknowledgements.size(), 2'000U);
    EXPECT_EQ(arrivals.consumed, input.size());
}

TEST(chatos_dialect, tells_what_the_server_did_wrong_and_keeps_what_came_before) {
    chatos_dialect spoken{two_and_three, "u"};
    const struct {
        std::string_view wrong;
        std::string_view fault;
    } cases[] = {
        {"\x06\x04"sv, "an answer that is not 0: ERROR 4 UNREACHABLE"},
        {"\x05\x00\x01x"sv, "an unexpected packet: PC"},
        {"\x01\x00\x01x"sv, "an unexpected packet: CR"},
        {"\x09"sv, "a malformed packet: no packet has this opcode; 1 to 6 are assigned"},
        {"\x03\x00\x02u2\x00\x00\x00\x06"
         "0000mm"sv,
         "an SPM that no sender of this load has sent"},
        {"\x03\x00\x02u0\x00\x00\x00\x06"
         "0001mm"sv,
         "an SPM that no sender of this load has sent"},
        {"\x03\x00\x02u0\x00\x00\x00\x06"
         "0000mn"sv,
         "an SPM that no sender of this load has sent"},
        {"\x03\x00\x02u0\x00\x00\x00\x05"
         "0000m"sv,
         "an SPM that no sender of this load has sent"},
        {"\x03\x00\x02u0\x00\x00\x00\x00"sv, "an SPM that no sender of this load has sent"},
    };
    for (const auto& test_case : cases) {
        const arrivals arrivals = read(spoken, 2, joined({from_sender_0, test_case.wrong, from_sender_0}));
        EXPECT_EQ(arrivals.fault, test_case.fault);
        EXPECT_EQ(arrivals.senders, std::vector<user_number>{0}) << test_case.fault;
    }
}

}  // namespace
}  // namespace chatos::bench::testing
