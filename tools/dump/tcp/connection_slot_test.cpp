// Handshakes and resets that contradict a connection: what the other side acknowledges decides.
#include "dump/tcp/connection_table.hpp"
#include "dump/testing/segments.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::dump::testing {
namespace {

constexpr std::string_view rpm_bob = "\x02\x00\x03"
                                     "bob"sv;

segment client_at(std::uint32_t sequence, std::uint32_t acknowledgement, std::string_view payload = {},
                  std::uint8_t flags = ack | psh) {
    return {.sequence = sequence, .payload = payload, .flags = flags, .acknowledgement = acknowledgement};
}

segment server_at(std::uint32_t sequence, std::uint32_t acknowledgement, std::string_view payload = {},
                  std::uint8_t flags = ack | psh) {
    return server(sequence, payload, flags, acknowledgement);
}

/// The handshake of a connection whose first bytes are at 10 and at 100.
std::vector<segment> after_handshake(std::vector<segment> segments) {
    segments.insert(segments.begin(), {opening(9), server_at(99, 10, {}, syn | ack), client_at(10, 100)});
    return segments;
}

/// The lines, and the number of streams.
lines said_of_streams(const std::vector<segment>& segments) {
    const std::string text = json(segments);
    lines all = short_lines(text);
    all.push_back(std::to_string(last_number(text, "streams")) + " streams");
    return all;
}

TEST(connection_slot, data_in_a_syn_that_its_answer_acknowledges_is_of_the_same_stream) {
    EXPECT_EQ(said_of_streams({client(9, cr_bob, syn), server_at(99, 16, {}, syn | ack), client_at(16, 100),
                               server_at(100, 16, ok), client_at(16, 102, rpm_bob), server_at(102, 22, ok)}),
              (lines{"c2s 0 CR bob", "s2c 0 ERROR 0", "c2s 6 RPM bob", "s2c 2 ERROR 0", "1 streams"}));
}

TEST(connection_slot, data_in_a_syn_that_is_acknowledged_in_part_or_not_at_all_comes_again) {
    EXPECT_EQ(said_of_streams({client(9, cr_bob, syn), server_at(99, 13, {}, syn | ack),
                               client_at(13, 100, cr_bob.substr(3)), server_at(100, 16, ok)}),
              (lines{"c2s 0 CR bob", "s2c 0 ERROR 0", "1 streams"}));
    EXPECT_EQ(said_of_streams({client(9, cr_bob, syn), server_at(99, 10, {}, syn | ack), client_at(10, 100, cr_bob),
                               server_at(100, 16, ok)}),
              (lines{"c2s 0 CR bob", "s2c 0 ERROR 0", "1 streams"}));
}

TEST(connection_slot, a_syn_with_data_comes_again_without) {
    EXPECT_EQ(said_of_streams({client(9, cr_bob, syn), opening(9), server_at(99, 10, {}, syn | ack),
                               client_at(10, 100, cr_bob), server_at(100, 16, ok)}),
              (lines{"c2s 0 CR bob", "s2c 0 ERROR 0", "1 streams"}));
    EXPECT_EQ(
        said_of_streams({opening(9), client(9, cr_bob, syn), server_at(99, 16, {}, syn | ack), server_at(100, 16, ok)}),
        (lines{"c2s 0 CR bob", "s2c 0 ERROR 0", "1 streams"}));
}

TEST(connection_slot, data_in_the_answer_to_a_syn_counts) {
    EXPECT_EQ(said_of_streams({client(9, cr_bob, syn), server_at(99, 16, ok, syn | ack), client_at(16, 102, rpm_bob)}),
              (lines{"c2s 0 CR bob", "s2c 0 ERROR 0", "c2s 6 RPM bob", "1 streams"}));
}

TEST(connection_slot, ports_are_used_again_with_data_in_the_syn) {
    EXPECT_EQ(said_of_streams(
                  after_handshake({client_at(10, 100, cr_bob), server_at(100, 16, ok), client(70'000, rpm_bob, syn),
                                   server_at(8'000, 70'007, {}, syn | ack), server_at(8'001, 70'007, ok)})),
              (lines{"c2s 0 CR bob", "s2c 0 ERROR 0", "c2s 0 RPM bob", "s2c 0 ERROR 0", "2 streams"}));
}

TEST(connection_slot, a_second_answer_to_a_syn_that_nobody_acknowledges_changes_nothing) {
    EXPECT_EQ(said_of_streams(after_handshake({client_at(10, 100, cr_bob), server_at(900'000, 10, {}, syn | ack),
                                               client_at(16, 100), server_at(100, 16, ok), client_at(16, 102, rpm_bob),
                                               server_at(102, 22, ok)})),
              (lines{"c2s 0 CR bob", "s2c 0 ERROR 0", "c2s 6 RPM bob", "s2c 2 ERROR 0", "1 streams"}));
    // The numbers of both are near each other.
    EXPECT_EQ(said_of_streams(after_handshake({client_at(10, 100, cr_bob), server_at(9'000, 10, {}, syn | ack),
                                               client_at(16, 100), server_at(100, 16, ok)})),
              (lines{"c2s 0 CR bob", "s2c 0 ERROR 0", "1 streams"}));
    // And it comes last.
    EXPECT_EQ(said_of_streams(after_handshake({client_at(10, 100, cr_bob), server_at(9'000, 10, {}, syn | ack)})),
              (lines{"c2s 0 CR bob", "1 streams"}));
}

TEST(connection_slot, the_answer_to_a_syn_that_the_client_acknowledges_is_the_one_that_counts) {
    EXPECT_EQ(said_of_streams({client(9, cr_bob, syn), server_at(99, 16, {}, syn | ack),
                               server_at(900'000, 16, {}, syn | ack), client_at(16, 900'001),
                               server_at(900'001, 16, ok), client_at(16, 900'003, rpm_bob)}),
              (lines{"c2s 0 CR bob", "s2c 0 ERROR 0", "c2s 6 RPM bob", "1 streams"}));
    // The server speaks before the client has chosen.
    EXPECT_EQ(said_of_streams({client(9, cr_bob, syn), server_at(99, 16, {}, syn | ack),
                               server_at(900'000, 16, {}, syn | ack), server_at(900'001, 16, ok),
                               client_at(16, 900'003, rpm_bob)}),
              (lines{"c2s 0 CR bob", "s2c 0 ERROR 0", "c2s 6 RPM bob", "1 streams"}));
}

TEST(connection_slot, a_stale_syn_that_is_challenged_changes_nothing) {
    EXPECT_EQ(said_of_streams(after_handshake({client_at(10, 100, cr_bob), opening(777'777), server_at(100, 16),
                                               client_at(16, 100, sma_hi), server_at(100, 23, ok)})),
              (lines{"c2s 0 CR bob", "c2s 6 SMA hi", "s2c 0 ERROR 0", "1 streams"}));
    // In the window, and nobody answers it.
    EXPECT_EQ(said_of_streams(after_handshake(
                  {client_at(10, 100, cr_bob), opening(1'000), client_at(16, 100, sma_hi), server_at(100, 23, ok)})),
              (lines{"c2s 0 CR bob", "c2s 6 SMA hi", "s2c 0 ERROR 0", "1 streams"}));
    // Again and again, with other numbers.
    std::vector<segment> flood{client_at(10, 100, cr_bob)};
    for (std::uint32_t count = 0; count < 100; ++count) {
        flood.push_back(opening(50'000 * count + 5'000));
    }
    flood.push_back(server_at(100, 16, ok));
    EXPECT_EQ(said_of_streams(after_handshake(flood)), (lines{"c2s 0 CR bob", "s2c 0 ERROR 0", "1 streams"}));
}

TEST(connection_slot, bytes_of_a_stale_syn_are_told) {
    EXPECT_EQ(said_of_streams(
                  after_handshake({client_at(10, 100, cr_bob), client(777'777, sma_hi, syn), server_at(100, 16, ok)})),
              (lines{"c2s 0 CR bob", "s2c 0 ERROR 0", "c2s 6 discarded 7 handshake", "1 streams"}));
}

TEST(connection_slot, a_client_that_lost_its_connection_opens_another_one) {
    // RFC 9293, figure 10: the server challenges, the client resets, and begins again with the same number.
    EXPECT_EQ(said_of_streams(after_handshake(
                  {client_at(10, 100, cr_bob), opening(777'777), server_at(100, 16), client_at(16, 0, {}, rst),
                   opening(777'777), server_at(5'000, 777'778, {}, syn | ack), client_at(777'778, 5'001, ok)})),
              (lines{"c2s 0 CR bob", "c2s 6 reset 0", "c2s 0 ERROR 0", "2 streams"}));
}

TEST(connection_slot, an_old_syn_that_is_answered_and_refused_changes_nothing) {
    // RFC 9293, figure 9.
    EXPECT_EQ(
        said_of_streams({opening(100), server_at(300, 91, {}, syn | ack), client_at(91, 0, {}, rst),
                         server_at(400, 101, {}, syn | ack), client_at(101, 401, cr_bob), server_at(401, 107, ok)}),
        (lines{"c2s 0 CR bob", "s2c 0 ERROR 0", "1 streams"}));
}

TEST(connection_slot, a_connection_that_has_ended_makes_way_at_once) {
    EXPECT_EQ(said_of_streams(after_handshake({client_at(10, 100, cr_bob, ack | fin), server_at(100, 17, ok, ack | fin),
                                               opening(66'000), client(66'001, sma_hi)})),
              (lines{"c2s 0 CR bob", "s2c 0 ERROR 0", "c2s 0 SMA hi", "2 streams"}));
}

TEST(connection_slot, one_direction_alone_shows_another_connection) {
    EXPECT_EQ(said_of_streams({opening(9), client(10, cr_bob), opening(5'000), client(5'001, sma_hi)}),
              (lines{"c2s 0 CR bob", "c2s 0 SMA hi", "2 streams"}));
    EXPECT_EQ(said_of_streams({server_at(99, 10, {}, syn | ack), server_at(100, 16, ok),
                               server_at(5'000, 800, {}, syn | ack), server_at(5'001, 806, ok)}),
              (lines{"s2c 0 ERROR 0", "c2s 0 gap 6 lost", "s2c 0 ERROR 0", "c2s 0 gap 6 lost", "2 streams"}));
}

TEST(connection_slot, another_connection_whose_syn_was_not_captured_begins_where_the_client_acknowledges) {
    EXPECT_EQ(said_of_streams(after_handshake({client_at(10, 100, cr_bob), server_at(100, 16, ok),
                                               server_at(500'000, 700'001, {}, syn | ack), client_at(700'001, 500'001),
                                               client_at(700'001, 500'001, sma_hi)})),
              (lines{"c2s 0 CR bob", "s2c 0 ERROR 0", "c2s 0 SMA hi", "2 streams"}));
}

TEST(connection_slot, another_connection_without_its_handshake_begins_where_the_other_side_acknowledges) {
    EXPECT_EQ(said_of_streams(after_handshake({client_at(10, 100, cr_bob), server_at(100, 16, ok),
                                               client_at(900'000'000, 700'000'000, sma_hi),
                                               server_at(700'000'000, 900'000'007, ok)})),
              (lines{"c2s 0 CR bob", "s2c 0 ERROR 0", "c2s 0 midstream 0", "c2s 0 resync 0 first_byte", "c2s 0 SMA hi",
                     "s2c 0 midstream 0", "s2c 0 resync 0 first_byte", "s2c 0 ERROR 0", "2 streams"}));
    // Where nobody answers two segments that adjoin are believed in the end, one is not.
    EXPECT_EQ(said_of_streams({opening(9), client(10, cr_bob), client(900'000'000, sma_hi), client(900'000'007, ok)}),
              (lines{"c2s 0 CR bob", "c2s 0 midstream 0", "c2s 0 resync 0 first_byte", "c2s 0 SMA hi", "c2s 7 ERROR 0",
                     "2 streams"}));
    EXPECT_EQ(said_of_streams({opening(9), client(10, cr_bob), client(900'000'000, sma_hi)}),
              (lines{"c2s 0 CR bob", "c2s 6 discarded 7 outside", "1 streams"}));
}

TEST(connection_slot, an_answer_to_what_was_never_asked_shows_that_the_syn_had_data) {
    EXPECT_EQ(said_of_streams({server_at(99, 16, {}, syn | ack), client_at(16, 100), server_at(100, 16, ok),
                               client_at(16, 102, rpm_bob), server_at(102, 22, ok)}),
              (lines{"s2c 0 ERROR 0", "c2s 0 midstream 0", "c2s 0 RPM bob", "s2c 2 ERROR 0", "1 streams"}));
    EXPECT_EQ(said_of_streams({server_at(99, 16, {}, syn | ack), client_at(16, 100), server_at(100, 16, ok)}),
              (lines{"s2c 0 ERROR 0", "c2s 0 midstream 0", "1 streams"}));
}

TEST(connection_slot, a_syn_that_nobody_answers_and_one_with_another_number_are_two_streams) {
    EXPECT_EQ(said_of_streams({opening(9), opening(900'000)}), lines{"2 streams"});
}

TEST(connection_slot, a_syn_that_is_captured_late_belongs_to_the_stream) {
    EXPECT_EQ(said_of_streams({server_at(100, 16, ok), opening(9), server_at(99, 10, {}, syn | ack),
                               client_at(10, 100, cr_bob), client_at(16, 102, sma_hi)}),
              (lines{"s2c 0 ERROR 0", "c2s 0 CR bob", "c2s 6 SMA hi", "1 streams"}));
    EXPECT_EQ(said_of_streams(
                  {server_at(99, 10, {}, syn | ack), server_at(100, 16, ok), opening(9), client_at(10, 100, cr_bob)}),
              (lines{"s2c 0 ERROR 0", "c2s 0 CR bob", "1 streams"}));
}

TEST(connection_slot, what_fits_two_connections_alike_is_told_once) {
    // The client's bytes are those after the old ones, and those after the new SYN.
    const lines all = said_of_streams(after_handshake(
        {client_at(10, 100, cr_bob), server_at(100, 16), opening(15), client(16, sma_hi, psh), client(23, ok, psh)}));
    EXPECT_EQ(all, (lines{"c2s 0 CR bob", "c2s 6 contested 0", "s2c 0 contested 0", "c2s 6 SMA hi", "c2s 13 ERROR 0",
                          "1 streams"}));
}

TEST(connection_slot, a_reset_that_the_other_side_ignores_ends_nothing) {
    EXPECT_EQ(said_of_streams(after_handshake({client_at(10, 100, cr_bob), server_at(100, 16, ok),
                                               client_at(16, 102, {}, rst | ack), client_at(16, 102, sma_hi),
                                               server_at(102, 23), server_at(102, 23, ok)})),
              (lines{"c2s 0 CR bob", "s2c 0 ERROR 0", "c2s 6 SMA hi", "c2s 6 reset_ignored 0", "s2c 2 ERROR 0",
                     "1 streams"}));
    // It is in the window, but not at its start: the other side only challenges it.
    EXPECT_EQ(
        said_of_streams(after_handshake({client_at(10, 100, cr_bob), client_at(2'000, 100, {}, rst), server_at(100, 16),
                                         client_at(16, 100, sma_hi), server_at(100, 23, ok)})),
        (lines{"c2s 0 CR bob", "c2s 6 SMA hi", "s2c 0 ERROR 0", "c2s 13 gap 1977 lost", "c2s 1990 reset 0",
               "1 streams"}));
}

TEST(connection_slot, bytes_after_a_reset_that_nobody_acknowledges_are_told) {
    const std::string text = json(after_handshake({client_at(10, 100, cr_bob), server_at(100, 16, ok),
                                                   client_at(16, 102, {}, rst | ack), client_at(16, 102, sma_hi)}));
    EXPECT_EQ(short_lines(text),
              (lines{"c2s 0 CR bob", "s2c 0 ERROR 0", "c2s 6 discarded 7 after_end", "c2s 6 reset 0"}));
    EXPECT_EQ(last_number(text, "after_end"), 7);
}

TEST(connection_slot, bytes_in_a_reset_are_told) {
    const std::string text = json(after_handshake({client_at(10, 100, cr_bob), client_at(16, 100, "too slow", rst)}));
    EXPECT_EQ(short_lines(text), (lines{"c2s 0 CR bob", "c2s 6 discarded 8 reset_text", "c2s 6 reset 0"}));
    EXPECT_EQ(last_number(text, "after_end"), 8);
    const std::string ignored = json(after_handshake({client_at(10, 100, cr_bob), client_at(9, 100, "too slow", rst)}));
    EXPECT_EQ(short_lines(ignored), (lines{"c2s 0 CR bob", "c2s 6 discarded 8 reset_text"}));
    EXPECT_EQ(last_number(ignored, "outside"), 8);
}

TEST(connection_slot, a_refused_syn_that_is_sent_again_and_accepted_was_not_reset) {
    EXPECT_EQ(said_of_streams({opening(9), server_at(0, 10, {}, rst | ack), opening(9),
                               server_at(99, 10, {}, syn | ack), client_at(10, 100, cr_bob), server_at(100, 16, ok)}),
              (lines{"s2c 0 reset_ignored 0", "c2s 0 CR bob", "s2c 0 ERROR 0", "1 streams"}));
}

TEST(connection_slot, one_who_sends_on_after_a_reset_is_believed_in_the_end) {
    std::vector<segment> segments{client_at(10, 100, cr_bob), client_at(16, 100, {}, rst)};
    const std::string large = std::string{"\x04\x00\x00\xea\x5b"sv} + std::string(59'995, 'm');
    for (std::uint32_t count = 0; count < 5; ++count) {
        segments.push_back(client_at(16 + 60'000 * count, 100, large));
    }
    const std::string text = json(after_handshake(segments));
    EXPECT_EQ(last_number(text, "packets"), 6 + 5 * 60'000);
    EXPECT_NE(text.find(R"("event":"reset_ignored")"), std::string::npos);
    EXPECT_NE(text.find(R"("event":"contested")"), std::string::npos);
}

TEST(connection_slot, a_reset_that_is_not_contradicted_for_a_while_is_told) {
    std::vector<byte_string> frames =
        frames_of(after_handshake({client_at(10, 100, cr_bob), client_at(16, 0, {}, rst)}));
    for (std::uint64_t count = 0; count <= connection_table::reset_frames_max + 1; ++count) {
        frames.push_back(frame_of({.sequence = 9, .flags = syn, .client_port = 50'000}));
    }
    frames.push_back(frame_of({.sequence = 10, .payload = cr_bob, .client_port = 50'000}));
    EXPECT_EQ(short_lines(json_of_frames(frames).text), (lines{"c2s 0 CR bob", "c2s 6 reset 0", "c2s 0 CR bob"}));
}

TEST(connection_slot, a_hole_before_a_guessed_start_that_is_filled_late_is_told) {
    std::vector<segment> segments;
    for (std::uint32_t count = 0; count < 9; ++count) {
        segments.push_back(client(40 + 2 * count, ok));
    }
    segments.push_back(client(33, sma_hi));
    segments.push_back(client(36, "lo\x06\x00"sv));
    const std::string text = json(segments);
    const lines all = short_lines(text);
    EXPECT_EQ(all[all.size() - 2], "c2s 0 discarded 7 before_start");
    EXPECT_EQ(all.back(), "c2s 0 discarded 4 before_start");
    EXPECT_EQ(last_number(text, "outside"), 11);
    EXPECT_EQ(last_number(text, "repeated"), 0);
}

}  // namespace
}  // namespace chatos::dump::testing
