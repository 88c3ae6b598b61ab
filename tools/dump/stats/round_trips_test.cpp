#include "dump/record/capture_place.hpp"
#include "dump/stats/round_trips.hpp"

#include <gtest/gtest.h>

namespace chatos::dump {
namespace {

constexpr direction c2s = direction::client_to_server;
constexpr direction s2c = direction::server_to_client;

/// Packets at milliseconds.
class conversation {
public:
    conversation& add(std::uint32_t milliseconds, direction way, const packet_view& packet, std::uint32_t stream = 0,
                      bool is_shown = true) {
        const capture_place place{.mark = {1, {0, milliseconds * 1'000'000, 6}}, .ends = &ends_, .file = {}};
        trips_.take({.at = {stream, way, 0, &place}, .bytes = {}, .packet = packet}, is_shown);
        return *this;
    }
    round_trips& trips() { return trips_; }
    const exchange_account& finished(exchange_kind kind) {
        trips_.finish();
        return trips_.of(kind);
    }

private:
    stream_ends ends_;
    round_trips trips_;
};

constexpr packet_view ok = make_error(error_code::ok);
constexpr packet_view refused = make_error(error_code::refused);

void expect_counts(const exchange_account& found, std::uint64_t answered, std::uint64_t unanswered,
                   std::uint64_t unknown = 0) {
    EXPECT_EQ(found.asked, answered + unanswered + unknown);
    EXPECT_EQ(found.answered, answered);
    EXPECT_EQ(found.unanswered, unanswered);
    EXPECT_EQ(found.unknown, unknown);
}

TEST(round_trips, an_answer_belongs_to_the_oldest_request) {
    conversation seen;
    seen.add(0, c2s, make_cr("bob")).add(1, c2s, make_rpm("eve")).add(5, s2c, ok).add(9, s2c, ok);
    EXPECT_EQ(seen.finished(exchange_kind::cr).times.highest(), 5'000'000U);
    EXPECT_EQ(seen.finished(exchange_kind::rpm).times.highest(), 8'000'000U);
}

TEST(round_trips, deliveries_are_answered_by_the_client_and_apart_from_requests) {
    conversation seen;
    seen.add(0, c2s, make_cr("bob")).add(1, s2c, ok);
    seen.add(2, s2c, make_spm("eve", "hi")).add(3, c2s, make_rpm("eve")).add(6, c2s, ok).add(7, s2c, ok);
    EXPECT_EQ(seen.finished(exchange_kind::delivered_spm).times.highest(), 4'000'000U);
    EXPECT_EQ(seen.finished(exchange_kind::rpm).times.highest(), 4'000'000U);
}

TEST(round_trips, a_private_connection_has_two_answers_unless_the_first_is_an_error) {
    conversation seen;
    seen.add(0, c2s, make_cr("bob")).add(1, s2c, ok);
    seen.add(2, c2s, make_pc("eve")).add(3, s2c, ok).add(9, s2c, refused);
    seen.add(10, c2s, make_pc("nobody")).add(11, s2c, make_error(error_code::unreachable));
    seen.add(12, c2s, make_rpm("eve")).add(13, s2c, ok);
    seen.add(14, c2s, make_pc("eve")).add(15, s2c, ok);
    expect_counts(seen.finished(exchange_kind::pc), 3, 0);
    expect_counts(seen.finished(exchange_kind::pc_decision), 1, 1);
    EXPECT_EQ(seen.finished(exchange_kind::pc_decision).times.highest(), 7'000'000U);
    expect_counts(seen.finished(exchange_kind::rpm), 1, 0);
}

TEST(round_trips, one_answer_for_the_two_packets_that_open_a_tunnel) {
    conversation seen;
    seen.add(0, c2s, make_pc("bob")).add(1, c2s, make_pc("eve")).add(4, s2c, ok);
    expect_counts(seen.finished(exchange_kind::pc), 1, 0);
    EXPECT_EQ(seen.finished(exchange_kind::pc_decision).asked, 0U);
    EXPECT_EQ(seen.trips().unasked(s2c), 0U);
}

TEST(round_trips, counts_answers_that_nothing_asked_for) {
    conversation seen;
    seen.add(0, s2c, ok).add(1, c2s, refused).add(2, c2s, make_cr("bob")).add(3, s2c, ok);
    expect_counts(seen.finished(exchange_kind::cr), 1, 0);
    EXPECT_EQ(seen.finished(exchange_kind::cr).times.highest(), 1'000'000U);
    EXPECT_EQ(seen.trips().unasked(s2c), 1U);
    EXPECT_EQ(seen.trips().unasked(c2s), 1U);
}

TEST(round_trips, an_answer_may_be_decoded_before_a_request_that_came_late) {
    conversation seen;
    seen.add(7, s2c, ok).add(4, c2s, make_cr("bob"));
    expect_counts(seen.finished(exchange_kind::cr), 1, 0);
    EXPECT_EQ(seen.finished(exchange_kind::cr).times.highest(), 3'000'000U);
    EXPECT_EQ(seen.trips().unasked(s2c), 0U);
}

TEST(round_trips, what_is_open_when_bytes_are_lost_is_unknown) {
    conversation seen;
    seen.add(0, c2s, make_cr("bob")).add(0, c2s, make_rpm("eve"), 1);
    seen.trips().lose(0);
    seen.trips().lose(0);
    seen.add(3, c2s, make_rpm("eve")).add(4, s2c, ok);
    expect_counts(seen.finished(exchange_kind::cr), 0, 0, 1);
    expect_counts(seen.finished(exchange_kind::rpm), 1, 1);
    EXPECT_EQ(seen.trips().uncertain_streams(), 1U);
}

TEST(round_trips, follows_what_is_not_shown_without_counting_it) {
    conversation seen;
    seen.add(0, c2s, make_cr("bob"), 0, false).add(1, c2s, make_rpm("eve")).add(2, s2c, ok, 0, false);
    seen.add(6, s2c, ok, 0, false);
    EXPECT_EQ(seen.finished(exchange_kind::cr).asked, 0U);
    EXPECT_EQ(seen.finished(exchange_kind::rpm).times.highest(), 5'000'000U);
}

TEST(round_trips, is_bounded_and_accounts_for_what_it_forgets) {
    conversation seen;
    constexpr std::size_t streams = round_trips::streams_max + 10;
    for (std::uint32_t stream = 0; stream < streams; ++stream) {
        seen.add(0, c2s, make_cr("bob"), stream);
    }
    for (std::size_t count = 0; count < round_trips::open_max; ++count) {
        seen.add(0, c2s, make_sma("hi"), streams - 1);
    }
    expect_counts(seen.finished(exchange_kind::cr), 0, round_trips::streams_max, 10);
    expect_counts(seen.finished(exchange_kind::sma), 0, round_trips::open_max - round_trips::streams_max,
                  round_trips::streams_max);
}

TEST(round_trips, without_times_answers_are_counted_all_the_same) {
    round_trips trips;
    const record_place from_client{.stream = 0, .way = c2s};
    const record_place from_server{.stream = 0, .way = s2c};
    trips.take({.at = from_client, .bytes = {}, .packet = make_cr("bob")}, true);
    trips.take({.at = from_server, .bytes = {}, .packet = ok}, true);
    trips.finish();
    expect_counts(trips.of(exchange_kind::cr), 1, 0);
    EXPECT_EQ(trips.of(exchange_kind::cr).times.count(), 0U);
}

}  // namespace
}  // namespace chatos::dump
