#include "client/line_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace chatos::client {
namespace {

std::vector<std::string> all_lines(line_reader& reader) {
    std::vector<std::string> all;
    while (const auto line = reader.take_line()) {
        all.push_back(line->is_too_long ? "(too long)" : line->text);
    }
    return all;
}

TEST(LineReader, gives_whole_lines_however_the_bytes_come) {
    line_reader reader{10};
    std::vector<std::string> lines;
    for (const char character : std::string{"one\n\r\ntwo\r\nthree"}) {
        reader.add({&character, 1});
        for (std::string& line : all_lines(reader)) {
            lines.push_back(std::move(line));
        }
    }
    EXPECT_EQ(lines, (std::vector<std::string>{"one", "", "two"}));
    reader.finish();
    EXPECT_EQ(all_lines(reader), std::vector<std::string>{"three"});
    EXPECT_EQ(all_lines(reader), std::vector<std::string>{});
}

TEST(LineReader, keeps_nothing_of_a_line_that_is_too_long) {
    for (const std::size_t piece : {1U, 3U, 5U, 100U}) {
        line_reader reader{4};
        std::size_t most_held = 0;
        std::vector<std::string> lines;
        const std::string bytes = "1234\n12345\n123456789\nnext\n123456789";
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            reader.add(std::string_view{bytes}.substr(at, piece));
            for (std::string& line : all_lines(reader)) {
                lines.push_back(std::move(line));
            }
            most_held = std::max(most_held, reader.bytes_held());
        }
        EXPECT_LE(most_held, 4U);
        reader.finish();
        for (std::string& line : all_lines(reader)) {
            lines.push_back(std::move(line));
        }
        EXPECT_EQ(lines, (std::vector<std::string>{"1234", "(too long)", "(too long)", "next", "(too long)"})) << piece;
    }
}

}  // namespace
}  // namespace chatos::client
