#include "dump/input/hex_text.hpp"
#include "dump/testing/dump_testing.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace chatos::dump::testing {
namespace {

/// What a text stands for, and what is wrong with it.
struct reading {
    std::vector<std::byte> bytes{};
    std::optional<hex_text_reader::problem> problem{};
};

/// Reads `text` in fragments of `fragment_bytes`.
reading read_hex(std::string_view text, std::size_t fragment_bytes = 1'000) {
    reading result;
    hex_text_reader reader;
    bool is_hex = true;
    while (!text.empty() && is_hex) {
        is_hex = reader.take(text.substr(0, fragment_bytes), result.bytes);
        text.remove_prefix(std::min(fragment_bytes, text.size()));
    }
    if (!is_hex || !reader.end(result.bytes)) {
        result.problem = reader.error();
    }
    return result;
}

const std::string_view wanted_text = "\x03\x00\x03"
                                     "bob\x00\x00\x00\x02hi"sv;

void expect_wanted(std::string_view text) {
    for (const std::size_t fragment_bytes : {1U, 2U, 5U, 1'000U}) {
        const reading result = read_hex(text, fragment_bytes);
        EXPECT_FALSE(result.problem) << text << "\n" << result.problem->message;
        EXPECT_EQ(result.bytes, bytes_of(wanted_text)) << text;
    }
}

void expect_problem(std::string_view text, std::uint64_t line, std::uint64_t column, std::string_view message,
                    std::size_t bytes_before) {
    const reading result = read_hex(text, 1);
    ASSERT_TRUE(result.problem) << text;
    EXPECT_EQ(result.problem->line, line) << text;
    EXPECT_EQ(result.problem->column, column) << text;
    EXPECT_NE(result.problem->message.find(message), std::string::npos) << result.problem->message;
    EXPECT_EQ(result.bytes.size(), bytes_before) << text;
}

TEST(hex_text, reads_the_ways_people_write_hex) {
    expect_wanted("030003626f62000000026869");
    expect_wanted("03 00 03 62 6f 62 00 00 00 02 68 69\n");
    expect_wanted("\n\t03 0003\r\n626F62\v00000002\f6869\r\n");
    expect_wanted("0x03, 0x00, 0x03, 0x62, 0x6f, 0x62, 0x00, 0X00, 0x00, 0x02, 0x68, 0x69,\n");
    expect_wanted("0x030003626f62000000026869");
    expect_wanted("03:00:03:62:6f:62:00:00:00:02:68:69");
    expect_wanted("03;00;03;62;6f;62;00;00;00;02;68;69");
    expect_wanted("# an SPM\n03 0003 626f62 # to bob: 99 zz\n00000002 6869#hi");
}

TEST(hex_text, reads_listings) {
    expect_wanted("00000000: 0300 0362 6f62 0000 0002 6869            ...bob....hi\n");
    expect_wanted("00000000: 0300 0362 6f62  ...bob\n00000006: 0000 0002 6869  ..  ..hi ff\n");
    expect_wanted("00000000  03 00 03 62 6f 62 00 00  00 02 68 69              |...bob....hi|\n0000000c\n");
    expect_wanted("00000000  03 00 03 62 6f 62 00 00  |...bob..|\r\n00000008  00 02 68 69  |..hi|\r\n0000000c\r\n");
}

TEST(hex_text, zeros_that_are_no_listing_are_bytes) {
    EXPECT_EQ(read_hex("00000000").bytes, bytes_of("\0\0\0\0"sv));
    EXPECT_EQ(read_hex("00000000 06").bytes, bytes_of("\0\0\0\0\x06"sv));
    EXPECT_EQ(read_hex("00000000:06").bytes, bytes_of("\0\0\0\0\x06"sv));
    EXPECT_EQ(read_hex("0000000000").bytes, bytes_of("\0\0\0\0\0"sv));
    EXPECT_EQ(read_hex("0x00").bytes, bytes_of("\0"sv));
}

TEST(hex_text, nothing_is_no_bytes) {
    for (const std::string_view text : {"", " \n", "# only a comment", "\n\n#\n"}) {
        EXPECT_FALSE(read_hex(text).problem);
        EXPECT_TRUE(read_hex(text).bytes.empty());
    }
}

TEST(hex_text, says_where_it_is_wrong_and_keeps_what_came_before) {
    expect_problem("06 0g", 1, 5, "'g' is not a hex digit", 1);
    expect_problem("06 00\n  06 z", 2, 6, "'z' is not a hex digit", 3);
    expect_problem("06 0 0", 1, 5, "two hex digits", 1);
    expect_problem("06 0", 1, 5, "two hex digits", 1);
    expect_problem("060", 1, 4, "two hex digits", 1);
    expect_problem("0x 06", 1, 3, "0x", 0);
    expect_problem("0x", 1, 3, "0x", 0);
    expect_problem("06 0x0x", 1, 7, "'x' is not a hex digit", 1);
    expect_problem("06x00", 1, 3, "'x' is not a hex digit", 1);
    expect_problem("\\x06", 1, 1, "'\\\\' is not a hex digit", 0);
    expect_problem("06 \x1b[31m", 1, 4, "'\\x1b' is not a hex digit", 1);
}

TEST(hex_text, says_what_is_wrong_with_a_listing) {
    expect_problem("00000000: 0600\n00000003: 0600\n", 2, 9, "the offset of this line", 2);
    expect_problem("00000000: 0600\n0002: 0600\n", 2, 5, "starts with its offset", 2);
    expect_problem("00000000  06 00  |..|\n*\n00000010\n", 2, 1, "repeated lines", 2);
    expect_problem("00000000: 060\n", 1, 14, "two hex digits", 1);
    expect_problem("00000000: 06zz\n", 1, 13, "'z' is not a hex digit", 1);
}

TEST(hex_text, no_packet_starts_like_hex_text) {
    for (unsigned first = 0; first < 256; ++first) {
        const auto byte = static_cast<std::uint8_t>(first);
        EXPECT_FALSE(starts_hex_text(byte) && find_layout(byte) != nullptr) << first;
    }
    for (const char letter : "0189afAF \t\r\n#:,;"sv) {
        EXPECT_TRUE(starts_hex_text(static_cast<std::uint8_t>(letter))) << letter;
    }
    EXPECT_FALSE(starts_hex_text('G'));
    EXPECT_FALSE(starts_hex_text(0xFF));
    EXPECT_FALSE(starts_hex_text(0));
}

}  // namespace
}  // namespace chatos::dump::testing
