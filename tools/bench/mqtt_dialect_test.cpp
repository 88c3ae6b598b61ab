// MQTT 3.1.1 as a load speaks it, against transcripts.
#include "bench/dialect_testing.hpp"
#include "bench/mqtt_dialect.hpp"

#include <gtest/gtest.h>

namespace chatos::bench::testing {
namespace {

using namespace std::string_view_literals;

constexpr workload two_and_three{.senders = 2, .receivers = 3, .message_bytes = 6, .in_flight = 4};
constexpr auto accepted = "\x20\x02\x00\x00"sv;
constexpr auto subscribed = "\x90\x03\x00\x01\x01"sv;
// PUBLISH with QoS 1 on topic "t", identifiers 258 and 7.
constexpr auto message_258 = "\x32\x0B\x00\x01t\x01\x02"
                             "0001mm"sv;
constexpr auto message_7 = "\x32\x0B\x00\x01t\x00\x07"
                           "0000mm"sv;

std::string puback(unsigned identifier) {
    std::string packet{"\x40\x02"};
    packet += static_cast<char>(identifier >> 8U);
    packet += static_cast<char>(identifier & 0xFFU);
    return packet;
}

std::string message_of_sender_0(unsigned identifier) {
    std::string packet{"\x32\x0B\x00\x01t"sv};
    packet += static_cast<char>(identifier >> 8U);
    packet += static_cast<char>(identifier & 0xFFU);
    return packet + "0000mm";
}

TEST(mqtt_dialect, senders_connect_and_receivers_subscribe_as_well) {
    mqtt_dialect spoken{two_and_three, "t"};
    std::uint32_t answers = 0;
    EXPECT_EQ(log_in(spoken, 1, answers), "\x10\x0E\x00\x04MQTT\x04\x02\x00\x00\x00\x02t1"sv);
    EXPECT_EQ(answers, 1U);
    EXPECT_EQ(log_in(spoken, 4, answers), "\x10\x0E\x00\x04MQTT\x04\x02\x00\x00\x00\x02t4"
                                          "\x82\x06\x00\x01\x00\x01t\x01"sv);
    EXPECT_EQ(answers, 2U);
}

TEST(mqtt_dialect, every_message_has_an_identifier_of_its_own_and_none_is_0) {
    mqtt_dialect spoken{two_and_three, "t"};
    std::uint32_t given = 0;
    EXPECT_EQ(publish(spoken, 0, 2, given), message_of_sender_0(1) + message_of_sender_0(2));
    EXPECT_EQ(given, 2U);
    for (unsigned identifier = 3; identifier <= 65'535; ++identifier) {
        ASSERT_EQ(publish(spoken, 0, 1, given), message_of_sender_0(identifier));
    }
    EXPECT_EQ(publish(spoken, 0, 1, given), message_of_sender_0(1));
}

TEST(mqtt_dialect, sizes_over_127_take_two_bytes) {
    mqtt_dialect spoken{{.senders = 1, .receivers = 1, .message_bytes = 200, .in_flight = 1}, "t"};
    std::uint32_t given = 0;
    const std::string packet = publish(spoken, 0, 1, given);
    EXPECT_EQ(packet.substr(0, 8), "\x32\xCD\x01\x00\x01t\x00\x01"sv);
    EXPECT_EQ(packet.size(), 208U);
    EXPECT_EQ(read(spoken, 1, packet).senders, std::vector<user_number>{0});
}

TEST(mqtt_dialect, a_receiver_acknowledges_each_message_by_its_identifier_whatever_the_pieces) {
    mqtt_dialect spoken{two_and_three, "t"};
    const std::string input =
        std::string{accepted} + std::string{subscribed} + std::string{message_258} + std::string{message_7};
    for (std::size_t size = 1; size <= input.size(); ++size) {
        const arrivals arrivals = read_in_pieces(spoken, 3, input, size);
        EXPECT_EQ(arrivals.fault, "") << size;
        EXPECT_EQ(arrivals.answers, 2U) << size;
        EXPECT_EQ(arrivals.senders, (std::vector<user_number>{1, 0})) << size;
        EXPECT_EQ(as_text(arrivals.acknowledgements), puback(258) + puback(7)) << size;
        EXPECT_EQ(arrivals.consumed, input.size()) << size;
    }
}

TEST(mqtt_dialect, a_sender_is_answered_in_order) {
    mqtt_dialect spoken{two_and_three, "t"};
    std::uint32_t given = 0;
    static_cast<void>(publish(spoken, 0, 3, given));
    const arrivals arrivals = read(spoken, 0, std::string{accepted} + puback(1) + puback(2));
    EXPECT_EQ(arrivals.answers, 3U);
    EXPECT_EQ(arrivals.fault, "");
    EXPECT_EQ(read(spoken, 0, puback(2)).fault, "a PUBACK out of order or for nothing");
    EXPECT_EQ(read(spoken, 0, puback(3)).fault, "");
}

TEST(mqtt_dialect, tells_what_the_server_did_wrong) {
    mqtt_dialect spoken{two_and_three, "t"};
    EXPECT_EQ(read(spoken, 0, "\x20\x02\x00\x05"sv).fault, "the login or subscription was refused");
    EXPECT_EQ(read(spoken, 3, "\x90\x03\x00\x01\x80"sv).fault, "the login or subscription was refused");
    EXPECT_EQ(read(spoken, 3, "\xD0\x00"sv).fault, "an unexpected packet of type 13, flags 0");
    EXPECT_EQ(read(spoken, 3, "\x32\xFF\xFF\xFF\xFF"sv).fault, "bytes that are no packet of MQTT");
    EXPECT_EQ(read(spoken, 3, "\x32\xFF\xFF\xFF\x7F"sv).fault, "bytes that are no packet of MQTT");
    EXPECT_EQ(read(spoken, 3, puback(1)).fault, "a PUBACK out of order or for nothing");
    const auto unknown_message = "a message that no sender of this load has published"sv;
    EXPECT_EQ(read(spoken, 0, message_7).fault, unknown_message);
    EXPECT_EQ(read(spoken, 3,
                   "\x32\x0B\x00\x01x\x00\x07"
                   "0000mm"sv)
                  .fault,
              unknown_message);
    EXPECT_EQ(read(spoken, 3,
                   "\x32\x0B\x00\x01t\x00\x07"
                   "0000mn"sv)
                  .fault,
              unknown_message);
    EXPECT_EQ(read(spoken, 3, "\x32\x02\x00\x01"sv).fault, unknown_message);
    EXPECT_EQ(read(spoken, 3, "\x32\x00"sv).fault, unknown_message);
}

}  // namespace
}  // namespace chatos::bench::testing
