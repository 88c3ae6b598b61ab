#include "dump/ladder/ladder_sink.hpp"
#include "dump/ladder/ladder_svg.hpp"
#include "dump/testing/dump_run.hpp"
#include "dump/testing/dump_testing.hpp"

#include <gtest/gtest.h>

namespace chatos::dump::testing {
namespace {

using namespace base::wire;
using namespace std::string_view_literals;

std::string drawing_of(const std::vector<byte_string>& frames, ladder_bounds bounds = {.is_paged = false}) {
    output out;
    ladder_svg canvas{out};
    ladder_sink sink{bounds, canvas, nullptr};
    return dump_frames(sink, out, frames).text;
}

std::size_t count_of(std::string_view text, std::string_view wanted) {
    std::size_t count = 0;
    for (std::size_t at = text.find(wanted); at != std::string_view::npos; at = text.find(wanted, at + 1)) {
        ++count;
    }
    return count;
}

TEST(ladder_svg, is_one_drawing_that_needs_nothing_else) {
    const std::string svg = drawing_of({frame_of({.sequence = 9, .flags = syn}),
                                        frame_of({.sequence = 10, .payload = "\x06\x00\x06\x05"sv}),
                                        frame_of({.sequence = 20, .payload = "\x04\x00\x00\x00\x04<&\">\x06\x00"sv})});
    EXPECT_EQ(svg.rfind("<svg xmlns=\"http://www.w3.org/2000/svg\"", 0), 0U);
    EXPECT_TRUE(svg.ends_with("</svg>\n"));
    EXPECT_EQ(count_of(svg, "<svg"), 1U);
    for (const std::string_view foreign : {"<script", "href", "url(", "@import", "<image"}) {
        EXPECT_EQ(svg.find(foreign), std::string::npos) << foreign;
    }
    EXPECT_NE(svg.find("prefers-color-scheme:dark"), std::string::npos);
    EXPECT_EQ(count_of(svg, "class=\"z\""), 1U) << "one tear";
    EXPECT_EQ(count_of(svg, "<g class=\"e\">"), 2U) << "two answers of OK";
    EXPECT_EQ(count_of(svg, "<g class=\"f\">"), 1U) << "a refusal";
    EXPECT_NE(svg.find("message=&quot;&lt;&amp;\\&quot;&gt;&quot;"), std::string::npos) << svg;
    EXPECT_NE(svg.find(">GAP  6 bytes are missing"), std::string::npos);
}

TEST(ladder_svg, shows_nothing_raw) {
    const std::string svg = drawing_of({frame_of({.sequence = 9, .flags = syn}),
                                        frame_of({.sequence = 10, .payload = "\x04\x00\x00\x00\x04\x1b\x00\n]"sv})});
    EXPECT_NE(svg.find("message=&quot;\\x1b\\x00\\n]&quot;"), std::string::npos) << svg;
    EXPECT_EQ(svg.find('\x1b'), std::string::npos);
}

TEST(ladder_svg, is_bounded_in_rows_and_ends_and_says_what_is_left_out) {
    std::vector<byte_string> frames;
    for (std::uint16_t client = 0; client < 9; ++client) {
        frames.push_back(frame_of(
            {.sequence = 9, .payload = "\x06\x00"sv, .client_port = static_cast<std::uint16_t>(40'000 + client)}));
    }
    // Each stream has three rows: no handshake, a guessed start, the packet.
    EXPECT_EQ(count_of(drawing_of(frames), "<g class="), 27U);
    const std::string few_rows = drawing_of(frames, {.rows_max = 20, .is_paged = false});
    EXPECT_EQ(count_of(few_rows, "<g class="), 20U);
    EXPECT_NE(few_rows.find(">7 more rows are left out"), std::string::npos);
    const std::string few_ends = drawing_of(frames, {.lifelines_max = 5, .is_paged = false});
    EXPECT_EQ(count_of(few_ends, "<g class="), 9U);
    EXPECT_NE(few_ends.find(">18 more rows are left out"), std::string::npos);
}

TEST(ladder_svg, of_nothing_says_so) {
    EXPECT_NE(drawing_of({}).find("no packet and no event"), std::string::npos);
}

}  // namespace
}  // namespace chatos::dump::testing
