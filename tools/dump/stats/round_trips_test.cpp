#include "dump/record/capture_position.hpp"
#include "dump/stats/round_trips.hpp"

#include <gtest/gtest.h>

namespace chatos::dump {
namespace {

constexpr stream_direction c2s = stream_direction::client_to_server;
constexpr stream_direction s2c = stream_direction::server_to_client;

/// Packets at milliseconds.
class packet_feed {
public:
    packet_feed& add(std::uint32_t milliseconds, stream_direction direction, const packet_view& packet,
                     std::uint32_t stream = 0, bool is_shown = true) {
        const capture_position place{
            .mark = {1, {0, milliseconds * 1'000'000, 6}}, .endpoints = &endpoints_, .file = {}};
        trips_.take({.at = {stream, direction, 0, &place}, .bytes = {}, .packet = packet}, is_shown);
        return *this;
    }
    round_trips& trips() { return trips_; }
    const exchange_account& finished(exchange_kind kind) {
        trips_.finish();
        return trips_.of(kind);
    }

private:
    stream_endpoints endpoints_;
    round_trips trips_;
};

constexpr packet_view ok = make_error(error_code::ok);
constexpr packet_view refused = make_error(error_code::refused);

void expect_counts(const exchange_account& account, std::uint64_t answered, std::uint64_t unanswered,
                   std::uint64_t unknown = 0) {
    EXPECT_EQ(account.opened, answered + unanswered + unknown);
    EXPECT_EQ(account.answered, answered);
    EXPECT_EQ(account.unanswered, unanswered);
    EXPECT_EQ(account.unknown, unknown);
}

TEST(round_trips, an_answer_belongs_to_the_oldest_request) {
    packet_feed packets;
    packets.add(0, c2s, make_cr("bob")).add(1, c2s, make_rpm("eve")).add(5, s2c, ok).add(9, s2c, ok);
    EXPECT_EQ(packets.finished(exchange_kind::cr).times.highest(), 5'000'000U);
    EXPECT_EQ(packets.finished(exchange_kind::rpm).times.highest(), 8'000'000U);
}

TEST(round_trips, deliveries_are_answered_by_the_client_and_apart_from_requests) {
    packet_feed packets;
    packets.add(0, c2s, make_cr("bob")).add(1, s2c, ok);
    packets.add(2, s2c, make_spm("eve", "hi")).add(3, c2s, make_rpm("eve")).add(6, c2s, ok).add(7, s2c, ok);
    EXPECT_EQ(packets.finished(exchange_kind::delivered_spm).times.highest(), 4'000'000U);
    EXPECT_EQ(packets.finished(exchange_kind::rpm).times.highest(), 4'000'000U);
}

TEST(round_trips, a_private_connection_has_two_answers_unless_the_first_is_an_error) {
    packet_feed packets;
    packets.add(0, c2s, make_cr("bob")).add(1, s2c, ok);
    packets.add(2, c2s, make_pc("eve")).add(3, s2c, ok).add(9, s2c, refused);
    packets.add(10, c2s, make_pc("nobody")).add(11, s2c, make_error(error_code::unreachable));
    packets.add(12, c2s, make_rpm("eve")).add(13, s2c, ok);
    packets.add(14, c2s, make_pc("eve")).add(15, s2c, ok);
    expect_counts(packets.finished(exchange_kind::pc), 3, 0);
    expect_counts(packets.finished(exchange_kind::pc_decision), 1, 1);
    EXPECT_EQ(packets.finished(exchange_kind::pc_decision).times.highest(), 7'000'000U);
    expect_counts(packets.finished(exchange_kind::rpm), 1, 0);
}

TEST(round_trips, one_answer_for_the_two_packets_that_open_a_tunnel) {
    packet_feed packets;
    packets.add(0, c2s, make_pc("bob")).add(1, c2s, make_pc("eve")).add(4, s2c, ok);
    expect_counts(packets.finished(exchange_kind::pc), 1, 0);
    EXPECT_EQ(packets.finished(exchange_kind::pc_decision).opened, 0U);
    EXPECT_EQ(packets.trips().unasked(s2c), 0U);
}

TEST(round_trips, counts_answers_that_nothing_asked_for) {
    packet_feed packets;
    packets.add(0, s2c, ok).add(1, c2s, refused).add(2, c2s, make_cr("bob")).add(3, s2c, ok);
    expect_counts(packets.finished(exchange_kind::cr), 1, 0);
    EXPECT_EQ(packets.finished(exchange_kind::cr).times.highest(), 1'000'000U);
    EXPECT_EQ(packets.trips().unasked(s2c), 1U);
    EXPECT_EQ(packets.trips().unasked(c2s), 1U);
}

TEST(round_trips, an_answer_may_be_decoded_before_a_request_that_came_late) {
    packet_feed packets;
    packets.add(7, s2c, ok).add(4, c2s, make_cr("bob"));
    expect_counts(packets.finished(exchange_kind::cr), 1, 0);
    EXPECT_EQ(packets.finished(exchange_kind::cr).times.highest(), 3'000'000U);
    EXPECT_EQ(packets.trips().unasked(s2c), 0U);
}

TEST(round_trips, what_is_open_when_bytes_are_lost_is_unknown) {
    packet_feed packets;
    packets.add(0, c2s, make_cr("bob")).add(0, c2s, make_rpm("eve"), 1);
    packets.trips().mark_uncertain(0);
    packets.trips().mark_uncertain(0);
    packets.add(3, c2s, make_rpm("eve")).add(4, s2c, ok);
    expect_counts(packets.finished(exchange_kind::cr), 0, 0, 1);
    expect_counts(packets.finished(exchange_kind::rpm), 1, 1);
    EXPECT_EQ(packets.trips().uncertain_streams(), 1U);
}

TEST(round_trips, follows_what_is_not_shown_without_counting_it) {
    packet_feed packets;
    packets.add(0, c2s, make_cr("bob"), 0, false).add(1, c2s, make_rpm("eve")).add(2, s2c, ok, 0, false);
    packets.add(6, s2c, ok, 0, false);
    EXPECT_EQ(packets.finished(exchange_kind::cr).opened, 0U);
    EXPECT_EQ(packets.finished(exchange_kind::rpm).times.highest(), 5'000'000U);
}

TEST(round_trips, is_bounded_and_accounts_for_what_it_forgets) {
    packet_feed packets;
    constexpr std::size_t streams = round_trips::streams_max + 10;
    for (std::uint32_t stream = 0; stream < streams; ++stream) {
        packets.add(0, c2s, make_cr("bob"), stream);
    }
    for (std::size_t count = 0; count < round_trips::open_max; ++count) {
        packets.add(0, c2s, make_sma("hi"), streams - 1);
    }
    expect_counts(packets.finished(exchange_kind::cr), 0, round_trips::streams_max, 10);
    expect_counts(packets.finished(exchange_kind::sma), 0, round_trips::open_max - round_trips::streams_max,
                  round_trips::streams_max);
}

TEST(round_trips, without_times_answers_are_counted_all_the_same) {
    round_trips trips;
    const stream_position from_client{.stream = 0, .direction = c2s};
    const stream_position from_server{.stream = 0, .direction = s2c};
    trips.take({.at = from_client, .bytes = {}, .packet = make_cr("bob")}, true);
    trips.take({.at = from_server, .bytes = {}, .packet = ok}, true);
    trips.finish();
    expect_counts(trips.of(exchange_kind::cr), 1, 0);
    EXPECT_EQ(trips.of(exchange_kind::cr).times.count(), 0U);
}

}  // namespace
}  // namespace chatos::dump
