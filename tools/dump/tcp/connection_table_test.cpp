// Which stream a segment belongs to, when one ends, and what many of them may take.
#include "dump/tcp/connection_table.hpp"
#include "dump/testing/segments.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace chatos::dump::testing {
namespace {

TEST(connection_table, a_reset_counts_only_within_the_window) {
    const segment far{.sequence = 10 + 6 + 70'000, .flags = rst};
    EXPECT_EQ(said({opening(9),
                    {.sequence = 99, .flags = syn | ack, .acknowledgement = 10, .from_server = true, .window = 60'000},
                    client(10, cr_bob),
                    far,
                    client(16, sma_hi)}),
              (lines{"c2s 0 CR bob", "c2s 6 SMA hi"}));
    const segment old{.sequence = 12, .flags = rst};
    EXPECT_EQ(said({opening(9), client(10, cr_bob), old, client(16, sma_hi)}), (lines{"c2s 0 CR bob", "c2s 6 SMA hi"}));
    EXPECT_EQ(said({opening(9), client(10, cr_bob), client(16, {}, rst), client(16, sma_hi)}),
              (lines{"c2s 0 CR bob", "c2s 6 discarded 7 after_end", "c2s 6 reset 0"}));
    EXPECT_EQ(said({opening(9), server(0, {}, rst | ack, 10)}), lines{"s2c 0 reset 0"});
}

TEST(connection_table, a_reset_tells_what_was_incomplete_and_lost_before_it) {
    EXPECT_EQ(said({opening(9), client(10, cr_bob.substr(0, 3)), client(13, {}, rst)}),
              (lines{"c2s 0 incomplete 3", "c2s 3 reset 0"}));
    EXPECT_EQ(said({opening(9), client(10, cr_bob), client(20, {}, rst)}),
              (lines{"c2s 0 CR bob", "c2s 6 gap 4 lost", "c2s 10 reset 0"}));
}

TEST(connection_table, the_same_ports_again_are_another_stream) {
    const std::string text = json({opening(9), server(99, {}, syn | ack, 10), client(10, cr_bob), opening(5000),
                                   server(9999, {}, syn | ack, 5001), client(5001, sma_hi), server(10'000, ok)});
    EXPECT_EQ(short_lines(text), (lines{"c2s 0 CR bob", "c2s 0 SMA hi", "s2c 0 ERROR 0"}));
    EXPECT_EQ(last_number(text, "streams"), 2);
    const std::string repeated = json({opening(9), opening(9), client(10, cr_bob)});
    EXPECT_EQ(last_number(repeated, "streams"), 1);
}

TEST(connection_table, the_same_ports_on_two_vlans_are_two_streams) {
    const auto on = [](std::uint16_t vlan, const segment& sent) {
        return ethernet(0x0800, ipv4(tcp(sent), sent.from_server), {{0x8100, vlan}});
    };
    const std::string text =
        json_of_frames({on(1, opening(9)), on(2, opening(9)), on(1, client(10, cr_bob)), on(2, client(10, sma_hi))})
            .text;
    EXPECT_EQ(short_lines(text), (lines{"c2s 0 CR bob", "c2s 0 SMA hi"}));
    EXPECT_EQ(last_number(text, "streams"), 2);
}

TEST(connection_table, the_same_ports_in_two_levels_of_vlans_are_as_many_streams_as_there_are_pairs) {
    std::vector<byte_string> frames;
    for (const segment& sent : {opening(9), client(10, cr_bob)}) {
        const byte_string packet = ipv4(tcp(sent), sent.from_server);
        frames.push_back(ethernet(0x0800, packet, {{0x88A8, 1}, {0x8100, 2}}));
        frames.push_back(ethernet(0x0800, packet, {{0x88A8, 2}, {0x8100, 1}}));
        frames.push_back(ethernet(0x0800, packet, {{0x88A8, 3}, {0x8100, 0}}));
        frames.push_back(ethernet(0x0800, packet, {{0x8100, 3}}));
    }
    const std::string text = json_of_frames(frames).text;
    EXPECT_EQ(short_lines(text), lines(3, "c2s 0 CR bob"));
    EXPECT_EQ(last_number(text, "streams"), 3) << "identifier 0 is no tag";
}

byte_string on_vlan(std::uint16_t vlan, const segment& sent) {
    const byte_string packet = ipv4(tcp(sent), sent.from_server);
    return vlan == 0 ? ethernet(0x0800, packet) : ethernet(0x0800, packet, {{0x8100, vlan}});
}

/// A conversation whose directions have different tags, without its first frames.
dump_result tagged_conversation(std::uint16_t of_client, std::uint16_t of_server, std::size_t lost_frames) {
    const std::vector<segment> segments{
        opening(9),
        server(99, {}, syn | ack, 10),
        {.sequence = 10, .acknowledgement = 100},
        {.sequence = 10, .payload = cr_bob, .acknowledgement = 100},
        server(100, ok, ack, 16),
        {.sequence = 16, .payload = sma_hi, .acknowledgement = 102},
        server(102, ok, ack, 23),
    };
    std::vector<byte_string> frames;
    for (const segment& sent : segments) {
        frames.push_back(on_vlan(sent.from_server ? of_server : of_client, sent));
    }
    frames.erase(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(lost_frames));
    return json_of_frames(frames);
}

TEST(connection_table, an_answer_with_other_tags_joins_what_it_answers) {
    const lines wanted{"c2s 0 CR bob", "s2c 0 ERROR 0", "c2s 6 SMA hi", "s2c 2 ERROR 0"};
    for (const auto& [of_client, of_server] : {std::pair{10, 0}, std::pair{0, 10}, std::pair{10, 11}}) {
        for (const std::size_t lost_frames : {0U, 1U}) {
            const std::string text = tagged_conversation(static_cast<std::uint16_t>(of_client),
                                                         static_cast<std::uint16_t>(of_server), lost_frames)
                                         .text;
            EXPECT_EQ(short_lines(text), wanted);
            EXPECT_EQ(last_number(text, "streams"), 1);
        }
        // In mid stream the numbers tell it.
        EXPECT_EQ(last_number(tagged_conversation(static_cast<std::uint16_t>(of_client),
                                                  static_cast<std::uint16_t>(of_server), 3)
                                  .text,
                              "streams"),
                  1);
    }
}

TEST(connection_table, two_connections_on_two_vlans_stay_apart) {
    // The numbers of the servers differ, as those of real connections do; one SYN-ACK was not captured.
    const std::string text =
        json_of_frames({on_vlan(1, opening(9)), on_vlan(2, opening(70'009)),
                        on_vlan(2, server(5'099, {}, syn | ack, 70'010)), on_vlan(1, server(99, {}, syn | ack, 10)),
                        on_vlan(1, client(10, cr_bob)), on_vlan(2, client(70'010, sma_hi)),
                        on_vlan(1, server(100, ok, ack, 16)), on_vlan(3, server(100, ok, ack, 17))})
            .text;
    EXPECT_EQ(last_number(text, "streams"), 3);
    EXPECT_EQ(short_lines(text), (lines{"c2s 0 CR bob", "c2s 0 SMA hi", "s2c 0 ERROR 0", "s2c 0 midstream 0",
                                        "s2c 0 resync 0 first_byte", "s2c 0 ERROR 0"}));
}

TEST(connection_table, a_connection_captured_on_two_vlans_is_two_streams) {
    std::vector<byte_string> frames;
    for (const segment& sent : {opening(9), server(99, {}, syn | ack, 10), client(10, cr_bob)}) {
        frames.push_back(on_vlan(sent.from_server ? 11 : 1, sent));
        frames.push_back(on_vlan(sent.from_server ? 12 : 2, sent));
    }
    const std::string text = json_of_frames(frames).text;
    EXPECT_EQ(last_number(text, "streams"), 2);
    EXPECT_EQ(short_lines(text), (lines{"c2s 0 CR bob", "c2s 0 CR bob"}));
}

TEST(connection_table, connections_with_many_tags_are_forgotten_with_their_tags) {
    std::vector<byte_string> frames;
    for (std::uint32_t count = 0; count < connection_table::connections_max + 100; ++count) {
        const auto vlan = static_cast<std::uint16_t>(1 + count % 4'000);
        const auto port = static_cast<std::uint16_t>(10'000 + count / 4'000);
        frames.push_back(on_vlan(vlan, {.sequence = 9, .flags = syn, .client_port = port}));
        frames.push_back(on_vlan(
            0, {.sequence = 99, .flags = syn | ack, .acknowledgement = 10, .from_server = true, .client_port = port}));
    }
    const std::string text = json_of_frames(frames).text;
    EXPECT_EQ(last_number(text, "streams"), connection_table::connections_max + 100);
    EXPECT_EQ(last_number(text, "repeated"), 0);
}

TEST(connection_table, both_ports_a_servers_then_who_asks_is_the_client) {
    const dump_result result = json_of_frames(
        frames_of({{.sequence = 9, .flags = syn, .client_port = 7777, .server_port = 7778},
                   {.sequence = 10, .payload = cr_bob, .flags = ack, .client_port = 7777, .server_port = 7778}}),
        {.ports = {7777, 7778}});
    EXPECT_EQ(short_lines(result.text), lines{"c2s 0 CR bob"});
}

TEST(connection_table, a_flood_of_connections_evicts_the_silent_ones) {
    std::vector<segment> segments{opening(9), client(10, cr_bob.substr(0, 4))};
    for (std::uint32_t count = 0; count < connection_table::connections_max; ++count) {
        segments.push_back(
            {.sequence = count, .flags = syn, .client_port = static_cast<std::uint16_t>(count + 41'000)});
    }
    pcap_builder capture;  // a clock that stands still
    const std::string text = json_of_frames(frames_of(segments)).text;
    const lines all = short_lines(text);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0], "c2s 4 evicted 0 stream");
    EXPECT_EQ(all[1], "c2s 0 incomplete 4");
    EXPECT_EQ(last_number(text, "evicted"), 1);
}

TEST(connection_table, many_streams_that_wait_for_bytes_share_bounded_memory_and_say_so) {
    std::vector<segment> segments;
    const std::string kilobyte(1024, 'm');
    for (std::uint16_t number = 0; number < 300; ++number) {
        const auto port = static_cast<std::uint16_t>(41'000 + number);
        segments.push_back({.sequence = 9, .flags = syn, .client_port = port});
        for (std::uint32_t count = 0; count < 200; ++count) {
            segments.push_back({.sequence = 20 + 1024 * count, .payload = kilobyte, .client_port = port});
        }
    }
    const std::string text = json(segments);
    EXPECT_GT(last_number(text, "evicted"), 0);
    EXPECT_NE(text.find(R"("event":"evicted")"), std::string::npos);
    EXPECT_NE(text.find(R"("what":"held_segments")"), std::string::npos);
    EXPECT_EQ(last_number(text, "input"), 300 * 200 * 1024);
}

TEST(connection_table, frames_are_decoded_or_skipped_and_nothing_vanishes) {
    std::vector<byte_string> frames = frames_of({opening(9), client(10, cr_bob)});
    frames.push_back(ethernet(0x0806, byte_string(28)));
    frames.push_back(frame_of({.payload = "x", .server_port = 80}));
    const std::string text = json_of_frames(frames).text;
    EXPECT_NE(text.find(R"("frames":4,"decoded":2,"packets":1,"streams":1,"skipped":{"not_ip":1,"other_port":1})"),
              std::string::npos)
        << text;
}

}  // namespace
}  // namespace chatos::dump::testing
