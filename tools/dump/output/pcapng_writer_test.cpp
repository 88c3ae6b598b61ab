#include "dump/capture/frame_reader.hpp"
#include "dump/output/pcapng_writer.hpp"
#include "dump/testing/memory_source.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace chatos::dump::testing {
namespace {

using base::wire::byte_string;
using base::wire::raw;

struct written_frame {
    captured_frame frame;
    byte_string bytes;
};

/// What the frames are once the file that they were written to is read.
std::vector<written_frame> read_back(const output& file) {
    const byte_string bytes = raw(file.text());
    memory_source source{bytes};
    frame_reader reader{source};
    std::vector<written_frame> frames;
    while (const captured_frame* const frame = reader.next()) {
        frames.push_back({*frame, {frame->bytes.begin(), frame->bytes.end()}});
    }
    EXPECT_EQ(reader.problem(), "");
    return frames;
}

captured_frame frame_at(const capture_time& time, const byte_string& bytes, std::uint16_t link_type = 1) {
    return {.time = time, .link_type = link_type, .bytes = bytes, .original_bytes = 99};
}

TEST(pcapng_writer, keeps_link_types_sizes_and_times_of_any_precision) {
    const byte_string bytes = raw("abcde");
    constexpr std::int64_t last_second = std::numeric_limits<std::int64_t>::max();
    const std::vector<captured_frame> frames{
        frame_at({1'700'000'000, 123'456'000, 6}, bytes),
        frame_at({1'700'000'000, 123'456'789, 9}, bytes, 101),
        frame_at({1'700'000'001, 1, 9}, bytes),
        frame_at({-1, 999'999'999, 9}, bytes),
        frame_at({20'000'000'000, 5, 9}, bytes),
        frame_at({last_second, 999'999'999, 9}, bytes),
        frame_at({-last_second - 1, 999'999'000, 6}, bytes, 276),
    };
    output file;
    pcapng_writer writer{file};
    for (const captured_frame& frame : frames) {
        writer.add(frame);
    }
    const std::vector<written_frame> read = read_back(file);
    ASSERT_EQ(read.size(), frames.size());
    for (std::size_t index = 0; index < frames.size(); ++index) {
        EXPECT_EQ(read[index].bytes, bytes);
        EXPECT_EQ(read[index].frame.link_type, frames[index].link_type);
        EXPECT_EQ(read[index].frame.original_bytes, 99U);
        EXPECT_EQ(read[index].frame.time.seconds, frames[index].time.seconds) << index;
        EXPECT_EQ(read[index].frame.time.nanoseconds, frames[index].time.nanoseconds) << index;
        EXPECT_EQ(read[index].frame.time.digits, frames[index].time.digits) << index;
    }
}

TEST(pcapng_writer, a_frame_without_a_time_has_that_of_1970) {
    output file;
    pcapng_writer{file}.add(frame_at({7, 7, 0}, raw("x")));
    const std::vector<written_frame> read = read_back(file);
    ASSERT_EQ(read.size(), 1U);
    EXPECT_EQ(read[0].frame.time.seconds, 0);
    EXPECT_EQ(read[0].frame.time.nanoseconds, 0U);
}

TEST(pcapng_writer, a_file_without_frames_is_one) {
    output file;
    const pcapng_writer writer{file};
    EXPECT_EQ(read_back(file).size(), 0U);
}

TEST(pcapng_writer, comments_are_whole_characters) {
    output file;
    pcapng_writer writer{file};
    writer.add(frame_at({1, 0, 6}, raw("x")), "CR pseudo=\"bob\"");
    EXPECT_NE(file.text().find(std::string{"\x01\x00\x0F\x00", 4} + "CR pseudo=\"bob\"" + std::string(5, '\0')),
              std::string::npos);
    writer.add(frame_at({1, 0, 6}, raw("x")), std::string(pcapng_writer::comment_bytes_max - 1, 'x') + "\u00e9\u00e9");
    EXPECT_EQ(file.text().find('\xC3'), std::string::npos);
    EXPECT_EQ(read_back(file).size(), 2U);
}

TEST(pcapng_writer, any_number_of_link_types_is_readable_with_bounded_interfaces) {
    const byte_string bytes = raw("x");
    output file;
    pcapng_writer writer{file};
    for (std::uint16_t link_type = 0; link_type < 1'000; ++link_type) {
        writer.add(frame_at({1, 0, 6}, bytes, link_type));
    }
    const std::vector<written_frame> read = read_back(file);
    ASSERT_EQ(read.size(), 1'000U);
    EXPECT_EQ(read[999].frame.link_type, 999);
}

}  // namespace
}  // namespace chatos::dump::testing
