// From segments to packets and events: what a capture may do to a stream, and what is said of it.
#include "dump/testing/segments.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::dump::testing {
namespace {

TEST(reassembly, a_handshake_and_a_packet_each_way) {
    const std::string text =
        json({opening(999), server(4999, {}, syn | ack, 1000), client(1000, cr_bob), server(5000, ok)});
    EXPECT_EQ(text, R"({"type":"packet","stream":0,"dir":"c2s","src":"10.0.0.1:40000","dst":"10.0.0.2:7777",)"
                    R"("time":"1700000000.002000","frame":3,"offset":0,"length":6,"packet":"CR","pseudo":"bob"}
{"type":"packet","stream":0,"dir":"s2c","src":"10.0.0.2:7777","dst":"10.0.0.1:40000","time":"1700000000.003000",)"
                    R"("frame":4,"offset":0,"length":2,"packet":"ERROR","code":0,"code_name":"OK"}
{"type":"summary","frames":4,"decoded":4,"packets":2,"streams":1,"skipped":{},"bytes":{"input":8,"packets":8,)"
                    R"("malformed":0,"incomplete":0,"unframed":0,"missing":0,"repeated":0,"outside":0,"after_end":0},)"
                    R"("evicted":0}
)");
}

TEST(reassembly, many_packets_in_a_segment_and_many_segments_in_a_packet) {
    EXPECT_EQ(said({opening(9), client(10, "\x06\x00\x06\x01\x06\x02"sv)}),
              (lines{"c2s 0 ERROR 0", "c2s 2 ERROR 1", "c2s 4 ERROR 2"}));
    std::vector<segment> single{opening(9)};
    for (std::uint32_t at = 0; at < cr_bob.size(); ++at) {
        single.push_back(client(10 + at, cr_bob.substr(at, 1)));
    }
    EXPECT_EQ(said(single), lines{"c2s 0 CR bob"});
    EXPECT_EQ(last_number(json(single), "frame"), 7);
}

TEST(reassembly, sequence_numbers_wrap) {
    EXPECT_EQ(said({opening(0xFFFF'FFFC), client(0xFFFF'FFFD, cr_bob), client(3, sma_hi), client(10, ok)}),
              (lines{"c2s 0 CR bob", "c2s 6 SMA hi", "c2s 13 ERROR 0"}));
}

TEST(reassembly, sequence_numbers_wrap_between_segments_that_changed_places) {
    const std::string bytes = std::string{cr_bob} + std::string{sma_hi} + std::string{sma_hi};
    const std::string_view all = bytes;
    EXPECT_EQ(said({opening(0xFFFF'FFF8), client(3, all.substr(10)), client(0xFFFF'FFF9, all.substr(0, 10))}),
              said({opening(9), client(10, all)}));
}

TEST(reassembly, segments_out_of_order_and_repeated_ones_change_nothing) {
    EXPECT_EQ(said({opening(9), client(16, sma_hi), client(23, ok), client(16, sma_hi), client(10, cr_bob),
                    client(10, cr_bob), client(12, cr_bob.substr(2))}),
              (lines{"c2s 0 CR bob", "c2s 6 SMA hi", "c2s 13 ERROR 0"}));
    EXPECT_EQ(last_number(json({opening(9), client(10, cr_bob), client(10, cr_bob)}), "repeated"), 6);
}

TEST(reassembly, segments_that_cross_give_each_byte_once) {
    const std::string whole{std::string{cr_bob} + std::string{sma_hi}};
    EXPECT_EQ(said({opening(9), client(14, std::string_view{whole}.substr(4, 6)),
                    client(10, std::string_view{whole}.substr(0, 7)), client(18, std::string_view{whole}.substr(8))}),
              (lines{"c2s 0 CR bob", "c2s 6 SMA hi"}));
}

TEST(reassembly, a_long_overlap_is_given_once) {
    const std::string bytes = std::string{cr_bob} + std::string{sma_hi} + std::string{sma_hi};
    const std::string_view all = bytes;
    EXPECT_EQ(said({opening(9), client(10, all.substr(0, 12)), client(10, all)}), said({opening(9), client(10, all)}));
}

TEST(reassembly, a_segment_over_one_that_waits_is_kept_to_its_last_byte) {
    const std::string bytes = std::string{cr_bob} + std::string{sma_hi} + std::string{sma_hi};
    const std::string_view all = bytes;
    EXPECT_EQ(said({opening(9), client(23, all.substr(13)), client(13, all.substr(3)), client(10, all.substr(0, 3))}),
              said({opening(9), client(10, all)}));
}

TEST(reassembly, what_comes_again_is_compared_with_what_really_was_there) {
    std::string message;
    for (int count = 0; message.size() < 3'000; ++count) {
        message += std::to_string(1'000 + count);
    }
    const std::string bytes = "\x04\x00\x00\x0b\xb8"s + message;
    const std::string_view all = bytes;
    std::vector<segment> segments{opening(9)};
    for (std::uint32_t at = 0; at < 3'000; at += 1'000) {
        segments.push_back(client(10 + at, all.substr(at, 1'000)));
    }
    segments.push_back(client(10, all.substr(0, 1'000)));
    segments.push_back(client(3'010, all.substr(3'000)));
    EXPECT_EQ(said(segments), said({opening(9), client(10, all)}));
}

TEST(reassembly, a_fin_is_a_position_and_not_an_end_of_the_capture) {
    EXPECT_EQ(said({opening(9), client(16, sma_hi, ack | fin), client(10, cr_bob)}),
              (lines{"c2s 0 CR bob", "c2s 6 SMA hi"}));
    const std::string after = json({opening(9), client(10, cr_bob, ack | fin), client(17, sma_hi)});
    EXPECT_EQ(short_lines(after), (lines{"c2s 0 CR bob", "c2s 6 discarded 7 after_end"}));
    EXPECT_EQ(last_number(after, "after_end"), 7);
    EXPECT_EQ(said({opening(9), client(10, cr_bob.substr(0, 4), ack | fin)}), lines{"c2s 0 incomplete 4"});
}

TEST(reassembly, a_fin_behind_bytes_that_never_come_tells_them_missing) {
    EXPECT_EQ(said({opening(9), client(10, cr_bob), client(20, {}, ack | fin)}),
              (lines{"c2s 0 CR bob", "c2s 6 gap 4 lost"}));
}

TEST(reassembly, bytes_at_the_end_that_were_acknowledged_and_never_seen_are_missing) {
    const auto answered = [](std::uint32_t acknowledgement) {
        return said(
            {opening(9), server(99, {}, syn | ack, 10), client(10, cr_bob), server(100, ok, ack, acknowledgement)});
    };
    EXPECT_EQ(answered(23), (lines{"c2s 0 CR bob", "s2c 0 ERROR 0", "c2s 6 gap 7 lost"}));
    EXPECT_EQ(answered(17), (lines{"c2s 0 CR bob", "s2c 0 ERROR 0"})) << "that may be a FIN that was not captured";
    EXPECT_EQ(answered(16), (lines{"c2s 0 CR bob", "s2c 0 ERROR 0"}));
}

TEST(reassembly, data_in_the_syn_counts) {
    EXPECT_EQ(said({client(9, cr_bob, syn), client(16, sma_hi)}), (lines{"c2s 0 CR bob", "c2s 6 SMA hi"}));
}

TEST(reassembly, flags_of_congestion_and_a_simultaneous_opening_are_no_obstacle) {
    EXPECT_EQ(said({client(9, {}, syn | ece | cwr), server(99, {}, syn | ack | ece, 10), client(10, cr_bob)}),
              lines{"c2s 0 CR bob"});
    const std::string both = json({opening(9), server(99, {}, syn), client(9, {}, syn | ack),
                                   server(99, {}, syn | ack, 10), client(10, cr_bob), server(100, ok)});
    EXPECT_EQ(short_lines(both), (lines{"c2s 0 CR bob", "s2c 0 ERROR 0"}));
    EXPECT_EQ(last_number(both, "streams"), 1);
}

TEST(reassembly, the_answer_to_a_syn_that_was_not_captured_tells_where_the_stream_begins) {
    EXPECT_EQ(said({server(99, {}, syn | ack, 10), client(16, sma_hi), client(10, cr_bob), server(100, ok)}),
              (lines{"c2s 0 CR bob", "c2s 6 SMA hi", "s2c 0 ERROR 0"}));
}

TEST(reassembly, one_direction_alone_is_enough) {
    EXPECT_EQ(said({server(99, {}, syn | ack, 10), server(100, ok)}), lines{"s2c 0 ERROR 0"});
}

TEST(reassembly, a_start_in_mid_stream_is_told_and_mended) {
    EXPECT_EQ(
        said({client(16, sma_hi), client(10, cr_bob), client(23, ok)}),
        (lines{"c2s 0 midstream 0", "c2s 0 resync 0 first_byte", "c2s 0 CR bob", "c2s 6 SMA hi", "c2s 13 ERROR 0"}));
}

TEST(reassembly, a_start_in_mid_stream_is_not_settled_by_bytes_before_the_first_ones) {
    EXPECT_EQ(said({client(25, ok), client(16, sma_hi), client(10, cr_bob), client(23, ok)}),
              (lines{"c2s 0 midstream 0", "c2s 0 resync 0 first_byte", "c2s 0 CR bob", "c2s 6 SMA hi", "c2s 13 ERROR 0",
                     "c2s 15 ERROR 0"}));
}

TEST(reassembly, a_start_in_mid_stream_waits_no_longer_than_the_acknowledgement) {
    const std::string text = json({client(10, cr_bob), server(500, ok, ack | psh, 16), client(16, sma_hi)});
    EXPECT_EQ(short_lines(text),
              (lines{"c2s 0 midstream 0", "c2s 0 resync 0 first_byte", "c2s 0 CR bob", "c2s 6 SMA hi",
                     "s2c 0 midstream 0", "s2c 0 resync 0 first_byte", "s2c 0 ERROR 0"}));
}

TEST(reassembly, a_start_in_mid_packet_finds_the_next_boundary_that_proves_itself) {
    EXPECT_EQ(said({client(10, "the end of a message"), client(30, cr_bob), client(36, sma_hi), client(43, ok)}),
              (lines{"c2s 0 midstream 0", "c2s 20 resync 0 two_packets", "c2s 20 CR bob", "c2s 26 SMA hi",
                     "c2s 33 ERROR 0"}));
    EXPECT_EQ(said({client(10, "the end of a message"), client(30, cr_bob)}),
              (lines{"c2s 0 midstream 0", "c2s 20 resync 0 exact_end", "c2s 20 CR bob"}));
    EXPECT_EQ(said({client(10, "nothing but text")}), (lines{"c2s 0 midstream 0", "c2s 0 incomplete 16"}));
}

TEST(reassembly, a_boundary_before_a_packet_of_raised_limits_has_room_to_prove_itself) {
    const std::string stream = "the end of a message" + std::string{"\x04\x00\x04\x93\xe0"sv} +
                               std::string(300'000, 'x') + std::string{ok} + std::string{ok};
    std::vector<segment> segments;
    for (std::uint32_t at = 0; at < stream.size(); at += 1'000) {
        segments.push_back(client(10 + at, std::string_view{stream}.substr(at, 1'000)));
    }
    const dump_result result = json_of_frames(frames_of(segments), {.bounds = {.message_bytes_max = 400'000}});
    EXPECT_NE(result.text.find(R"("event":"resync","stream":0,"dir":"c2s")"), std::string::npos);
    EXPECT_EQ(last_number(result.text, "unframed"), 20) << result.text.substr(0, 600);
}

TEST(reassembly, a_lost_segment_is_a_gap_and_decoding_goes_on_behind_it) {
    EXPECT_EQ(
        said({opening(9), client(10, cr_bob), client(23, sma_hi), client(30, ok)}),
        (lines{"c2s 0 CR bob", "c2s 6 gap 7 lost", "c2s 13 resync 0 two_packets", "c2s 13 SMA hi", "c2s 20 ERROR 0"}));
}

TEST(reassembly, behind_a_gap_a_packet_and_the_start_of_another_prove_nothing) {
    const std::string bytes = std::string{ok} + "\x04\x00"s;
    for (const std::string& line : said({opening(9), client(10, cr_bob), client(30, bytes)})) {
        EXPECT_EQ(line.find("ERROR"), std::string::npos) << line;
    }
}

TEST(reassembly, the_rest_of_a_packet_across_a_gap_is_passed_where_its_size_says) {
    const std::string message = std::string{"\x04\x00\x00\x00\x14"sv} + "twenty bytes of text";
    const std::string_view whole = message;
    const std::string text =
        json({opening(9), client(10, whole.substr(0, 8)), client(20, whole.substr(10)), client(35, ok)});
    EXPECT_EQ(short_lines(text), (lines{"c2s 8 gap 2 lost", "c2s 25 resync 0 announced_end", "c2s 25 ERROR 0"}));
    EXPECT_EQ(last_number(text, "unframed"), 23);
}

TEST(reassembly, a_size_cut_by_a_gap_leads_to_a_search) {
    EXPECT_EQ(said({opening(9), client(10, "\x04\x00"sv), client(15, "llo"), client(18, cr_bob)}),
              (lines{"c2s 2 gap 3 lost", "c2s 8 resync 0 exact_end", "c2s 8 CR bob"}));
}

TEST(reassembly, a_hole_followed_by_megabytes_is_given_up_in_bounded_memory) {
    std::vector<segment> segments{opening(9)};
    const std::string kilobyte = std::string{"\x04\x00\x00\x03\xfb"sv} + std::string(1019, 'm');
    for (std::uint32_t count = 0; count < 3000; ++count) {
        segments.push_back(client(20 + 1024 * count, kilobyte));
    }
    const std::string text = json(segments);
    EXPECT_EQ(last_number(text, "packets"), 3000 * 1024);
    EXPECT_EQ(last_number(text, "missing"), 10);
}

TEST(reassembly, missing_bytes_that_were_acknowledged_are_given_up_soon) {
    std::vector<segment> segments{opening(9), server(99, {}, syn | ack, 10)};
    for (std::uint32_t count = 0; count < 40; ++count) {
        segments.push_back(client(20 + 2 * count, ok));
        segments.push_back(server(100, {}, ack, 22 + 2 * count));
    }
    segments.push_back(server(100, ok));
    const lines all = said(segments);
    EXPECT_EQ(all.front(), "c2s 0 gap 10 lost");
    EXPECT_EQ(all.back(), "s2c 0 ERROR 0");
    EXPECT_EQ(all.size(), 43U);
}

TEST(reassembly, other_bytes_for_the_same_sequence_numbers_are_a_conflict) {
    EXPECT_EQ(said({opening(9), client(10, cr_bob),
                    client(10, "\x01\x00\x03"
                               "eve"sv)}),
              (lines{"c2s 0 CR bob", "c2s 3 conflict 3 626f62 657665"}));
    EXPECT_EQ(said({opening(9), client(12, cr_bob.substr(2)),
                    client(12, "\x03"
                               "bxb"),
                    client(10, cr_bob.substr(0, 2))}),
              (lines{"c2s 4 conflict 1 6f 78", "c2s 0 CR bob"}));
}

TEST(reassembly, a_conflict_is_seen_in_the_last_64_kibibytes) {
    std::vector<segment> segments{opening(9), client(10, "\x04\x00\x00\xff\xf0"sv)};
    const std::string kilobyte(1024, 'm');
    for (std::uint32_t count = 0; count < 64; ++count) {
        segments.push_back(client(15 + 1024 * count, std::string_view{kilobyte}.substr(0, count == 63 ? 1008 : 1024)));
    }
    segments.push_back(client(16, "M"));
    const lines all = said(segments);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[1], "c2s 6 conflict 1 6d 4d");
}

TEST(reassembly, keep_alive_bytes_are_no_conflict) {
    EXPECT_EQ(
        said({opening(9), client(10, cr_bob), client(15, "\x00"sv, ack), client(15, "\x00"sv, ack), client(16, ok)}),
        (lines{"c2s 0 CR bob", "c2s 6 ERROR 0"}));
}

std::string cut_frames(const std::vector<segment>& segments, std::size_t snap_bytes) {
    pcap_builder capture;
    for (const segment& sent : segments) {
        byte_string frame = frame_of(sent);
        const auto original = static_cast<std::uint32_t>(frame.size());
        frame.resize(std::min(frame.size(), snap_bytes));
        capture.add(frame, {.original = original});
    }
    return json_of_capture(capture.bytes()).text;
}

TEST(reassembly, a_payload_cut_by_the_snap_length_is_truncated) {
    const std::string text = cut_frames({opening(9), client(10, cr_bob), client(16, sma_hi), client(23, ok)}, 60);
    EXPECT_EQ(short_lines(text),
              (lines{"c2s 0 CR bob", "c2s 12 truncated 1", "c2s 13 resync 0 announced_end", "c2s 13 ERROR 0"}));
    EXPECT_EQ(last_number(text, "decoded"), 4);
}

TEST(reassembly, a_header_cut_by_the_snap_length_is_a_gap_of_that_cause) {
    const auto with_options = [](segment sent) {
        sent.options = "\x01\x01\x01\x01\x01\x01\x01\x01";
        return sent;
    };
    const std::string text =
        cut_frames({opening(9), client(10, cr_bob), with_options(client(16, sma_hi)), client(23, ok)}, 61);
    EXPECT_EQ(short_lines(text),
              (lines{"c2s 0 CR bob", "c2s 6 gap 7 header_cut", "c2s 13 resync 0 exact_end", "c2s 13 ERROR 0"}));
    EXPECT_EQ(last_number(text, "cut_tcp_header"), 1);
}

TEST(reassembly, an_unknown_length_behind_a_cut_header_is_found_at_the_next_segment) {
    pcap_builder capture;
    capture.add(frame_of(opening(9))).add(frame_of(client(10, cr_bob)));
    byte_string cut = frame_of(client(16, sma_hi));
    const auto original = static_cast<std::uint32_t>(cut.size());
    cut.resize(14 + 20 + 10);
    capture.add(cut, {.original = original}).add(frame_of(client(23, ok)));
    EXPECT_EQ(short_lines(json_of_capture(capture.bytes()).text),
              (lines{"c2s 0 CR bob", "c2s 6 gap 7 header_cut", "c2s 13 resync 0 exact_end", "c2s 13 ERROR 0"}));
}

TEST(reassembly, sizes_over_the_limits_are_malformed_and_limits_can_be_raised) {
    const std::string large = std::string{"\x04\x00\x01\x00\x01"sv} + std::string(65'537, 'x');
    std::vector<segment> segments{opening(9)};
    for (std::uint32_t at = 0; at < large.size(); at += 1000) {
        segments.push_back(client(10 + at, std::string_view{large}.substr(at, 1000)));
    }
    EXPECT_EQ(said(segments), lines{"c2s 0 malformed 65542 size_over_limit"});
    const dump_result raised = json_of_frames(frames_of(segments), {.bounds = {.message_bytes_max = 100'000}});
    EXPECT_EQ(last_number(raised.text, "length"), 65'542);
}

TEST(reassembly, behind_a_guessed_start_what_is_malformed_leads_to_another_search) {
    // A wrong guess: the text of a message looks like a packet, and what follows does not.
    EXPECT_EQ(
        said({client(10, "\x06\x00ttt of a message"sv), client(28, cr_bob), client(34, sma_hi), client(41, ok)}),
        (lines{"c2s 0 midstream 0", "c2s 0 resync 0 first_byte", "c2s 0 ERROR 0", "c2s 2 malformed 16 unknown_opcode",
               "c2s 18 resync 0 two_packets", "c2s 18 CR bob", "c2s 24 SMA hi", "c2s 31 ERROR 0"}));
    EXPECT_EQ(said({client(10, "\x06\x00 text"sv)}), (lines{"c2s 0 midstream 0", "c2s 0 resync 0 first_byte",
                                                            "c2s 0 ERROR 0", "c2s 2 malformed 5 unknown_opcode"}));
    // Twice, and behind a gap.
    EXPECT_EQ(
        said({client(10, "\x06\x00!\x06\x01\x06\x02?"sv), client(20, "\x06\x04\x06\x05"sv)}),
        (lines{"c2s 0 midstream 0", "c2s 0 resync 0 first_byte", "c2s 0 ERROR 0", "c2s 2 malformed 1 unknown_opcode",
               "c2s 3 resync 0 two_packets", "c2s 3 ERROR 1", "c2s 5 ERROR 2", "c2s 7 malformed 1 unknown_opcode",
               "c2s 8 gap 2 lost", "c2s 10 resync 0 two_packets", "c2s 10 ERROR 4", "c2s 12 ERROR 5"}));
    const std::string text = json({client(10, "\x06\x00 text\x06\x01\x06\x02"sv)});
    EXPECT_EQ(last_number(text, "malformed"), 5);
    EXPECT_EQ(last_number(text, "input"), 11);
}

TEST(reassembly, a_string_that_is_no_text_behind_a_guessed_start_is_searched_from_its_second_byte) {
    const std::string wrong = std::string{"\x06\x00\x04\x00\x00\x00\x06\xff\xff"sv} + std::string{ok} + std::string{ok};
    EXPECT_EQ(
        said({client(10, wrong.substr(0, 9)), client(19, wrong.substr(9))}),
        (lines{"c2s 0 midstream 0", "c2s 0 resync 0 first_byte", "c2s 0 ERROR 0", "c2s 2 malformed 7 ill_formed_utf8",
               "c2s 9 resync 0 two_packets", "c2s 9 ERROR 0", "c2s 11 ERROR 0"}));
}

TEST(reassembly, wrong_guesses_without_end_are_given_up_in_bounded_time) {
    std::string hostile;
    while (hostile.size() < 200'000) {
        hostile += "\x06\x00\x06\x00!"sv;
    }
    std::vector<segment> segments;
    for (std::uint32_t at = 0; at < hostile.size(); at += 60'000) {
        segments.push_back(client(10 + at, std::string_view{hostile}.substr(at, 60'000)));
    }
    const lines all = said(segments);
    EXPECT_EQ(
        std::ranges::count_if(all, [](const std::string& line) { return line.find("malformed") != std::string::npos; }),
        65);
    EXPECT_EQ(all.back().find("c2s 324 malformed 199676 unknown_opcode"), 0U) << all.back();
}

TEST(reassembly, nothing_is_decoded_behind_a_malformed_packet) {
    EXPECT_EQ(said({opening(9), client(10, "\x07zzz"), client(14, cr_bob), client(30, cr_bob)}),
              (lines{"c2s 10 gap 10 lost", "c2s 0 malformed 16 unknown_opcode"}));
}

TEST(reassembly, sequence_numbers_from_nowhere_are_counted_and_change_nothing) {
    const std::string text = json({opening(9), client(10, cr_bob), client(0x4000'0000, sma_hi), client(16, ok)});
    EXPECT_EQ(short_lines(text), (lines{"c2s 0 CR bob", "c2s 6 discarded 7 outside", "c2s 6 ERROR 0"}));
    EXPECT_EQ(last_number(text, "outside"), 7);
}

TEST(reassembly, thousands_of_duplicates_cost_nothing) {
    std::vector<segment> segments{opening(9)};
    for (int count = 0; count < 5000; ++count) {
        segments.push_back(client(20, ok));
    }
    segments.push_back(client(10, "\x04\x00\x00\x00\x05hello"sv));
    EXPECT_EQ(said(segments), (lines{"c2s 0 SMA hello", "c2s 10 ERROR 0"}));
}

}  // namespace
}  // namespace chatos::dump::testing
