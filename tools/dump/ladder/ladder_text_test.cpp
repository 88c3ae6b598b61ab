#include "base/capture_builder.hpp"
#include "base/colors.hpp"
#include "base/text_columns.hpp"
#include "dump/capture/capture_dump.hpp"
#include "dump/ladder/ladder_sink.hpp"
#include "dump/ladder/ladder_text.hpp"
#include "dump/testing/dump_run.hpp"
#include "dump/testing/dump_testing.hpp"
#include "dump/testing/memory_source.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace chatos::dump::testing {
namespace {

using namespace base::wire;
using namespace std::string_view_literals;

constexpr std::string_view spm_eve = "\x03\x00\x03"
                                     "eve\x00\x00\x00\x02hi"sv;

std::vector<byte_string> conversation() {
    return login_then({frame_of({.sequence = 109,
                                 .payload = "\x03\x00\x03"
                                            "eve\x00\x00\x00\x02hi\x03\x00\x03"
                                            "eve\x00\x00\x00\x02ho"sv,
                                 .from_server = true}),
                       frame_of({.sequence = 16, .payload = "\x06\x00\x06\x00\x09"sv})});
}

std::string chart_of(const std::vector<byte_string>& frames, std::size_t columns, ladder_bounds bounds = {}) {
    output out;
    text_sink last{out, base::no_colors, text_detail::lines, false};
    ladder_text canvas{out, base::no_colors, columns, time_format::relative};
    ladder_sink sink{bounds, canvas, &last};
    return dump_frames(sink, out, frames).text;
}

TEST(ladder_text, has_a_row_for_each_message_and_tears_at_gaps) {
    EXPECT_EQ(chart_of(conversation(), 100), R"(             10.0.0.2:7777           10.0.0.1:40000
             server                  "bob"
   0.002000  |<----------------------|  CR     pseudo="bob"
   0.003000  |---------------------->|  ERROR  code=0 OK
   0.004000  |~ ~ ~ ~ ~ / / ~ ~ ~ ~ ~|  GAP  7 bytes are missing: no frame of the capture has them
          "  *                       |  RESYNC  two packets in a row decode here
          "  |---------------------->|  SPM    pseudo="eve"  message="hi"
          "  |---------------------->|  SPM    pseudo="eve"  message="ho"
   0.005000  |<----------------------|  ERROR  code=0 OK
          "  |<----------------------|  ERROR  code=0 OK
          "  |           X-----------|  MALFORMED  WIRE-1, opcode is 9: no packet has this opcode; …
6 packets in 1 stream; 6 frames = 6 decoded + 0 skipped
37 bytes read = 36 in packets + 1 malformed + 0 incomplete + 0 unframed; 7 missing, 0 repeated
)");
}

TEST(ladder_text, shows_that_a_time_is_unknown) {
    const std::vector<byte_string> frames = conversation();
    pcapng_builder file;
    file.interface(1, 0, joined({file.option(9, little(20, 1)), file.option(0, {})}));  // a clock that cannot be read
    for (const byte_string& frame : frames) {
        file.packet(frame, 1);
    }
    output out;
    ladder_text canvas{out, base::no_colors, 100, time_format::relative};
    ladder_sink sink{{}, canvas, nullptr};
    capture_options options;
    options.ports.set(7'777);
    totals account;
    capture_totals capture;
    account.capture = &capture;
    memory_source source{file.bytes()};
    EXPECT_EQ(dump_capture(source, {}, options, sink, account, capture, out), "");
    sink.take(account);
    EXPECT_NE(out.text().find("   -  |<----------------------|  CR     pseudo=\"bob\"\n"), std::string::npos)
        << out.text();
    EXPECT_EQ(out.text().find('@'), std::string::npos) << out.text();
}

TEST(ladder_text, fits_any_width) {
    std::vector<byte_string> frames = conversation();
    for (std::uint16_t client = 1; client < 9; ++client) {
        frames.push_back(frame_of({.sequence = 9,
                                   .payload = "\x04\x00\x00\x00\x04\xF0\x9F\x90\x99"sv,
                                   .client_port = static_cast<std::uint16_t>(40'000 + client)}));
    }
    for (const std::size_t columns : {40U, 60U, 80U, 100U, 117U, 200U}) {
        std::istringstream lines{chart_of(frames, columns)};
        for (std::string line; std::getline(lines, line);) {
            if (line.find(" packets in ") != std::string::npos) {
                break;
            }
            EXPECT_LE(base::columns_of(line), columns) << line;
        }
    }
}

TEST(ladder_text, says_when_ends_do_not_fit_and_names_them_in_each_row) {
    const std::string chart = chart_of(conversation(), 40);
    EXPECT_EQ(chart.find("2 ends are too many for 40 columns"), std::string::npos) << chart;
    std::vector<byte_string> frames;
    for (std::uint16_t client = 0; client < 9; ++client) {
        frames.push_back(
            frame_of({.sequence = 9, .payload = spm_eve, .client_port = static_cast<std::uint16_t>(40'000 + client)}));
    }
    EXPECT_NE(chart_of(frames, 80).find("10 ends are too many for 80 columns:\nrows name them. Try --follow or -Y.\n"),
              std::string::npos);
    EXPECT_NE(chart_of(frames, 80).find("10.0.0.1:40001 > 10.0.0.2:7777  SPM    pseudo=\"eve\""), std::string::npos);
}

TEST(ladder_text, names_ends_in_full_where_they_do_not_fit_at_the_head) {
    const std::string chart = chart_of(conversation(), 41);
    EXPECT_EQ(chart.rfind("1: 10.0.0.2:7777 server\n2: 10.0.0.1:40000 \"bob\"\n", 0), 0U) << chart;
}

TEST(ladder_text, draws_pages_one_after_the_other_and_repeats_the_head_only_when_it_changes) {
    const std::string chart = chart_of(conversation(), 100, {.rows_max = 2});
    std::size_t heads = 0;
    for (std::size_t at = chart.find(":7777  "); at != std::string::npos; at = chart.find(":7777  ", at + 1)) {
        ++heads;
    }
    EXPECT_EQ(heads, 1U) << chart;
    EXPECT_NE(chart.find("message=\"ho\""), std::string::npos);
}

TEST(ladder_text, shows_offsets_of_raw_streams) {
    output out;
    ladder_text canvas{out, base::no_colors, 80, time_format::relative};
    ladder_sink sink{{}, canvas, nullptr};
    feed(sink, wire_of({make_cr("bob"), make_sma("hi\x1b[2J")}));
    EXPECT_EQ(out.text(), R"(    server           client 0
@0  |<---------------|  CR     pseudo="bob"
@6  |<---------------|  SMA    message="hi\x1b[2J"
)");
}

}  // namespace
}  // namespace chatos::dump::testing
