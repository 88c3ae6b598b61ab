// Whole captures to lines: what is told of frames of which the capture says what cannot be.
#include "base/capture_builder.hpp"
#include "dump/testing/segments.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace chatos::dump::testing {
namespace {

std::size_t count_of(const std::string& text, std::string_view wanted) {
    std::size_t count = 0;
    for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) {
        ++count;
    }
    return count;
}

TEST(capture_dump, impossible_original_lengths_are_one_event_and_a_count) {
    pcap_builder capture;
    pcapng_builder blocks;
    blocks.interface(1);
    for (const segment& sent : {opening(9), client(10, cr_bob), client(16, sma_hi)}) {
        capture.add(frame_of(sent), {.original = 38});
        blocks.packet(frame_of(sent), 1'700'000'000'000'000, {.original = 0});
    }
    for (const byte_string& file : {capture.bytes(), blocks.bytes()}) {
        const dump_result read = json_of_capture(file);
        EXPECT_EQ(read.problem, "");
        EXPECT_EQ(count_of(read.text, R"("event":"original_length","time":"1700000000.000000","frame":1,)"), 1U)
            << read.text;
        EXPECT_EQ(count_of(read.text, "\"event\":"), 1U);
        EXPECT_EQ(count_of(read.text, R"("corrected":{"original_length":3})"), 1U);
        EXPECT_EQ(last_number(read.text, "packets"), 13) << "the bytes of both packets";
        EXPECT_EQ(last_number(read.text, "missing"), 0);
    }
    EXPECT_EQ(count_of(json({opening(9), client(10, cr_bob)}), "corrected"), 0U);
}

TEST(capture_dump, frames_of_an_impossible_clock_are_read_without_times) {
    pcapng_builder capture;
    capture.interface(1, 0, capture.option(9, big(20, 1)));
    for (const segment& sent : {opening(9), client(10, cr_bob)}) {
        capture.packet(frame_of(sent));
    }
    const dump_result read = json_of_capture(capture.bytes());
    EXPECT_EQ(read.problem, "");
    EXPECT_EQ(count_of(read.text, R"("event":"clock","frame":1,)"), 1U) << read.text;
    EXPECT_EQ(count_of(read.text, R"("corrected":{"clock":2})"), 1U);
    EXPECT_EQ(count_of(read.text, "\"time\""), 0U);
    EXPECT_EQ(count_of(read.text, "\"packet\":\"CR\""), 1U);
}

TEST(capture_dump, ip_lengths_over_the_frame_are_truncations_and_what_is_there_counts) {
    byte_string cut = frame_of(client(16, sma_hi));
    cut.resize(cut.size() - 2);
    const dump_result read =
        json_of_frames({frame_of(opening(9)), frame_of(client(10, cr_bob)), cut, frame_of(client(23, sma_hi))});
    EXPECT_EQ(short_lines(read.text),
              (lines{"c2s 0 CR bob", "c2s 11 truncated 2", "c2s 13 resync 0 announced_end", "c2s 13 SMA hi"}))
        << read.text;
    EXPECT_EQ(last_number(read.text, "missing"), 2);
    EXPECT_EQ(last_number(read.text, "unframed"), 5);
}

}  // namespace
}  // namespace chatos::dump::testing
