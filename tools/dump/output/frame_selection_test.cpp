// What -w writes: whole frames, in their order, with the bytes of what was accepted, and nothing else.
#include "dump/capture/frame_reader.hpp"
#include "dump/filter/filter.hpp"
#include "dump/filter/filter_sink.hpp"
#include "dump/output/frame_selection.hpp"
#include "dump/record/forwarding_sinks.hpp"
#include "dump/testing/memory_source.hpp"
#include "dump/testing/segments.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace chatos::dump::testing {
namespace {

using numbers = std::vector<std::size_t>;

struct kept_frames {
    numbers places;  ///< among the frames of the input, from 1
    std::string file;
};

/// The frames that are written when this is asked for.
kept_frames kept(const std::vector<byte_string>& frames, const std::string& filter_text = {},
                 std::optional<std::uint32_t> followed = {}) {
    output file;
    pcapng_writer writer{file};
    frame_selection selection{writer, {.has_whole_streams = filter_text.empty(), .followed = followed}};
    one_stream_sink one_stream{followed.value_or(0), selection};
    record_sink& after_filter = followed ? static_cast<record_sink&>(one_stream) : selection;
    std::optional<filter> accepted;
    std::optional<filter_sink> filtered;
    if (!filter_text.empty()) {
        accepted = std::get<filter>(filter::parse(filter_text));
        filtered.emplace(*accepted, after_filter);
    }
    output none;
    (void)dump_frames(filtered ? static_cast<record_sink&>(*filtered) : after_filter, none, frames,
                      {.listener = &selection});
    const byte_string bytes = raw(file.text());
    memory_source source{bytes};
    frame_reader reader{source};
    kept_frames result{{}, file.text()};
    while (const captured_frame* const frame = reader.next()) {
        const byte_string copy{frame->bytes.begin(), frame->bytes.end()};
        // In the order of the input.
        const auto from =
            frames.begin() + static_cast<std::ptrdiff_t>(result.places.empty() ? 0 : result.places.back());
        const auto same = std::find(from, frames.end(), copy);
        if (same == frames.end()) {
            ADD_FAILURE() << "no frame of the input, or not in its place";
            break;
        }
        // Every frame of the tests is another one, and a millisecond after the last.
        const auto place = static_cast<std::size_t>(same - frames.begin());
        EXPECT_EQ(frame->time.seconds, 1'700'000'000 + static_cast<std::int64_t>(place / 1'000));
        EXPECT_EQ(frame->time.nanoseconds, place % 1'000 * 1'000'000);
        EXPECT_EQ(frame->link_type, 1);
        result.places.push_back(place + 1);
    }
    EXPECT_EQ(reader.problem(), "");
    return result;
}

segment other_client(std::uint32_t sequence, std::string_view payload, std::uint8_t flags = ack | psh) {
    return {.sequence = sequence, .payload = payload, .flags = flags, .client_port = 40'001};
}

bool contains(const std::string& text, std::string_view wanted) {
    return text.find(wanted) != std::string::npos;
}

const byte_string web_frame = frame_of({.payload = "GET /", .server_port = 80});

TEST(frame_selection, without_a_filter_has_every_frame_of_every_stream_and_no_other) {
    const std::vector<byte_string> frames = login_then(
        {web_frame, frame_of(client(16, {}, ack)), frame_of(client(16, sma_hi)), frame_of(client(16, sma_hi, psh)),
         frame_of(other_client(1, {}, syn)), frame_of(client(23, {}, fin | ack)), ethernet(0x0806, byte_string(28))});
    EXPECT_EQ(kept(frames).places, (numbers{1, 2, 3, 4, 6, 7, 8, 9, 10}));
    EXPECT_EQ(kept(frames, {}, 0).places, (numbers{1, 2, 3, 4, 6, 7, 8, 10}));
    EXPECT_EQ(kept(frames, {}, 1).places, (numbers{9}));
    EXPECT_EQ(kept(frames, {}, 2).places, numbers{});
}

TEST(frame_selection, says_in_comments_what_the_frames_are) {
    const kept_frames all = kept(login_then(frames_of({client(16, "\x04\x00\x00\x00\x02hi\x02\x00\x01x\x09"sv)})));
    EXPECT_TRUE(contains(all.file, "CR  pseudo=\"bob\"  [stream 0, c2s, frame 3, offset 0]"));
    EXPECT_TRUE(contains(all.file, "ERROR  code=0 OK  [stream 0, s2c, frame 4, offset 0]"));
    EXPECT_TRUE(
        contains(all.file, "SMA  message=\"hi\"  [stream 0, c2s, frame 5, offset 6]\nRPM  pseudo=\"x\"  [stream 0,"));
}

TEST(frame_selection, with_a_filter_has_the_frames_with_bytes_of_what_it_accepts) {
    const std::vector<byte_string> frames =
        login_then(frames_of({client(16, "\x04\x00\x00"sv), server(102, "\x03\x00\x01"sv), client(19, "\x00\x02h"sv),
                              client(22, {}, ack), server(105, "x\x00\x00\x00\x01y"sv), client(22, "i\x02\x00"sv),
                              client(25, "\x01x"), client(27, "\x06\x00"sv)}));
    EXPECT_EQ(kept(frames, "packet==SMA").places, (numbers{5, 7, 10}));
    EXPECT_EQ(kept(frames, "packet==RPM").places, (numbers{10, 11}));
    EXPECT_EQ(kept(frames, "packet==SPM").places, (numbers{6, 9}));
    EXPECT_EQ(kept(frames, "packet==ERROR").places, (numbers{4, 12}));
    EXPECT_EQ(kept(frames, "packet==SMA || packet==SPM").places, (numbers{5, 6, 7, 9, 10}));
    EXPECT_EQ(kept(frames, "packet==SMA", 1).places, numbers{});
    EXPECT_FALSE(contains(kept(frames, "packet==RPM").file, "SMA"));
}

TEST(frame_selection, has_the_frames_that_waited_for_others) {
    const std::vector<byte_string> frames = login_then(
        frames_of({client(19, "\x00\x02hi"sv), client(23, ok), client(16, "\x04\x00\x00"sv), client(25, {}, ack)}));
    EXPECT_EQ(kept(frames, "packet==SMA").places, (numbers{5, 7}));
    EXPECT_EQ(kept(frames).places, (numbers{1, 2, 3, 4, 5, 6, 7, 8}));
    EXPECT_TRUE(contains(kept(frames).file, "SMA  message=\"hi\"  [stream 0, c2s, frame 5, offset 6]"));
}

TEST(frame_selection, leaves_repetitions_out_that_gave_nothing) {
    const std::vector<byte_string> frames = login_then(
        frames_of({client(16, sma_hi), client(16, sma_hi, ack), client(40, ok), client(16, sma_hi, ack | psh | cwr)}));
    EXPECT_EQ(kept(frames, "packet==SMA").places, (numbers{5}));
}

TEST(frame_selection, has_the_frames_of_events) {
    const std::vector<byte_string> cut = login_then(frames_of({client(26, sma_hi), client(33, ok)}));
    EXPECT_EQ(kept(cut, "event==gap").places, (numbers{5}));
    EXPECT_TRUE(contains(kept(cut, "event==gap").file, "event gap: 10 bytes are missing"));
    const std::vector<byte_string> bad = login_then(frames_of(
        {client(16, "\x09 and more, and ever"), client(37, "more"), client(41, "and more"), server(102, ok)}));
    EXPECT_EQ(kept(bad, "event==malformed").places, (numbers{5}));
    EXPECT_TRUE(contains(kept(bad, "event==malformed").file, "MALFORMED  WIRE-1, opcode at offset 6: "));
    EXPECT_EQ(kept(bad, "packet==ERROR").places, (numbers{4, 8}));
    const std::vector<byte_string> half = login_then(frames_of({client(16, "\x04\x00"sv), client(18, "\x00"sv)}));
    EXPECT_EQ(kept(half, "event==incomplete").places, (numbers{5, 6}));
    EXPECT_EQ(kept(half, "packet==CR").places, (numbers{3}));
    EXPECT_EQ(kept(login_then(frames_of({client(16, {}, rst)})), "event==reset").places, (numbers{5}));
}

TEST(frame_selection, has_the_frames_that_a_boundary_was_searched_in) {
    const std::vector<byte_string> frames =
        frames_of({client(16, "xxxx"), client(20, sma_hi), client(27, ok), client(29, sma_hi), server(7, ok, ack, 36)});
    EXPECT_EQ(kept(frames, "packet==SMA").places, (numbers{2, 4}));
    EXPECT_EQ(kept(frames, "event==resync").places, (numbers{2, 5})) << "one in each direction";
}

/// A segment in fragments of so many bytes, each in a frame of its own.
std::vector<byte_string> fragments_of(const segment& sent, std::size_t fragment_bytes) {
    const byte_string whole = tcp(sent);
    std::vector<byte_string> frames;
    for (std::size_t begin = 0; begin < whole.size(); begin += fragment_bytes) {
        const std::size_t end = std::min(begin + fragment_bytes, whole.size());
        const auto place = static_cast<std::uint16_t>((end < whole.size() ? 0x2000U : 0U) | begin / 8);
        frames.push_back(ethernet(0x0800, ipv4({whole.begin() + static_cast<std::ptrdiff_t>(begin),
                                                whole.begin() + static_cast<std::ptrdiff_t>(end)},
                                               sent.from_server, {.fragment = place})));
    }
    return frames;
}

TEST(frame_selection, has_both_parts_of_a_packet_with_a_stray_frame_between_them) {
    const std::vector<byte_string> frames =
        login_then(frames_of({client(16, sma_hi.substr(0, 3)), client(0x4000'0000, "far away"), client(9, "too early"),
                              client(19, sma_hi.substr(3))}));
    EXPECT_EQ(kept(frames, "packet==SMA").places, (numbers{5, 8}));
}

TEST(frame_selection, has_every_fragment_of_what_is_accepted) {
    std::vector<byte_string> frames =
        login_then(fragments_of(client(16, "\x04\x00\x00\x00\x10 sixteen letters"sv), 16));
    ASSERT_EQ(frames.size(), 7U);
    // In any order, with others in between.
    std::swap(frames[4], frames[6]);
    frames.insert(frames.begin() + 5, frame_of(server(102, ok)));
    EXPECT_EQ(kept(frames, "packet==SMA").places, (numbers{5, 7, 8}));
    EXPECT_EQ(kept(frames, "packet==CR").places, (numbers{3}));
    EXPECT_EQ(kept(frames).places, (numbers{1, 2, 3, 4, 5, 6, 7, 8}));
    // One that is missing makes the others part of nothing.
    frames.erase(frames.begin() + 6);
    EXPECT_EQ(kept(frames).places, (numbers{1, 2, 3, 4, 6}));
}

TEST(frame_selection, has_the_fragments_of_a_packet_that_ends_later) {
    std::vector<byte_string> frames = login_then(fragments_of(client(16, "\x04\x00\x00\x00\x09"s), 24));
    frames.push_back(frame_of(server(102, ok)));
    frames.push_back(frame_of(client(21, "nine more")));
    EXPECT_EQ(kept(frames, "packet==SMA").places, (numbers{5, 6, 8}));
    EXPECT_EQ(kept(frames, "packet==ERROR").places, (numbers{4, 7}));
}

TEST(frame_selection, has_the_handshake_whose_stream_is_known_only_later) {
    // A new connection between the same ports begins while the old one seems to live.
    const std::vector<byte_string> frames = login_then(
        frames_of({client(5'000, {}, syn), server(9'000, {}, syn | ack, 5'001), client(5'001, cr_bob, ack | psh)}));
    EXPECT_EQ(kept(frames).places, (numbers{1, 2, 3, 4, 5, 6, 7}));
    EXPECT_EQ(kept(frames, {}, 0).places, (numbers{1, 2, 3, 4}));
    EXPECT_EQ(kept(frames, {}, 1).places, (numbers{5, 6, 7}));
    EXPECT_EQ(kept(frames, "stream==1 && packet").places, (numbers{7}));
}

TEST(frame_selection, reads_back_to_the_same_packets) {
    const std::vector<byte_string> frames =
        login_then(frames_of({client(19, "\x00\x02hi"sv), client(16, "\x04\x00\x00"sv), client(23, ok)}));
    const std::string read = json_of_capture(raw(kept(frames).file)).text;
    EXPECT_EQ(read, json_of_frames(frames).text);
}

/// A stream whose packet never ends, while another one has many.
std::vector<byte_string> unfinished_then(std::size_t packets, std::size_t payload_bytes) {
    const std::string message = "\x04"s + std::string(2, '\0') + static_cast<char>(payload_bytes >> 8U) +
                                static_cast<char>(payload_bytes & 0xFFU) + std::string(payload_bytes, 'x');
    std::vector<byte_string> frames = login_then(frames_of({client(16, "\x04\x00"sv), other_client(9, {}, syn)}));
    std::uint32_t sequence = 10;
    for (std::size_t count = 0; count < packets; ++count) {
        frames.push_back(frame_of(other_client(sequence, message)));
        sequence += static_cast<std::uint32_t>(message.size());
    }
    return frames;
}

TEST(frame_selection, waits_in_bounds_and_writes_what_is_still_open) {
    // Two seconds pass, or more than 4 MiB come: the unfinished packet's frame, 5, is written in its place.
    const kept_frames slow = kept(unfinished_then(3'500, 1), "packet==SMA");
    EXPECT_EQ(slow.places.front(), 5U);
    EXPECT_EQ(slow.places.size(), 3'501U);
    const kept_frames large = kept(unfinished_then(100, 60'000), "packet==SMA");
    EXPECT_EQ(large.places.front(), 5U);
    EXPECT_EQ(large.places.size(), 101U);
}

}  // namespace
}  // namespace chatos::dump::testing
