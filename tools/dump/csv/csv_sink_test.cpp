#include "base/shown_text.hpp"
#include "dump/capture/capture_dump.hpp"
#include "dump/csv/csv_sink.hpp"
#include "dump/testing/dump_testing.hpp"
#include "dump/testing/every_record.hpp"
#include "dump/testing/memory_source.hpp"
#include "dump/testing/segments.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::dump::testing {
namespace {

std::string field_of(std::string_view text) {
    output out;
    add_csv_text(out, text);
    return out.text();
}

/// The fields of one row, as a reader of RFC 4180 reads them.
std::vector<std::string> fields_of(std::string_view row) {
    std::vector<std::string> fields{""};
    bool is_quoted = false;
    for (std::size_t at = 0; at < row.size(); ++at) {
        if (is_quoted && row[at] == '"' && at + 1 < row.size() && row[at + 1] == '"') {
            fields.back() += row[at++];
        } else if (row[at] == '"') {
            is_quoted = !is_quoted;
        } else if (row[at] == ',' && !is_quoted) {
            fields.emplace_back();
        } else {
            fields.back() += row[at];
        }
    }
    return fields;
}

std::vector<std::string> rows_of(std::string_view text) {
    std::vector<std::string> rows;
    while (!text.empty()) {
        const std::size_t end = text.find("\r\n");
        EXPECT_NE(end, std::string_view::npos) << text;
        rows.emplace_back(text.substr(0, end));
        text.remove_prefix(end + 2);
    }
    return rows;
}

/// What a reader makes of a field: one quote off the front, then the escapes.
std::string read_text(std::string_view field) {
    std::string text;
    if (field.starts_with('\'')) {
        field.remove_prefix(1);
    }
    while (!field.empty()) {
        if (field.front() != '\\') {
            text += field.front();
            field.remove_prefix(1);
            continue;
        }
        const std::size_t size = base::read_escape(field.substr(1), text);
        EXPECT_NE(size, 0U) << field;
        field.remove_prefix(1 + size);
    }
    return text;
}

TEST(csv_text, is_quoted_with_quotes_doubled_and_controls_escaped) {
    EXPECT_EQ(field_of("bob"), R"("bob")");
    EXPECT_EQ(field_of(""), R"("")");
    EXPECT_EQ(field_of(R"(say "hi", bob)"), R"("say ""hi"", bob")");
    EXPECT_EQ(field_of("a\nb\r\\\x1b[2J\xE2\x80\xAE"), R"("a\nb\r\\\x1b[2J\u{202e}")");
}

TEST(csv_text, is_never_a_formula) {
    for (const std::string_view text : {"=1+1", "+1", "-1", "@SUM(A1)", " =1", "\u00a0=1", "\u3000@x", "\uff1d1+1",
                                        "\uff0b1", "\uff0d1", "\uff20x", "'=1", "'quoted'"}) {
        EXPECT_TRUE(field_of(text).starts_with("\"'")) << text;
    }
    EXPECT_EQ(field_of("a=1"), R"("a=1")");
    EXPECT_EQ(field_of("\t=1"), R"("\t=1")") << "an escape is a letter";
    EXPECT_EQ(field_of("a;b;c"), R"("a;b;c")");
    EXPECT_EQ(field_of("a;=1;;-2; @x;"), R"("a\x3b=1;\x3b-2\x3b @x;")");
}

TEST(csv_text, gives_every_text_back) {
    for (const std::string_view text : {"", "'", "''", "'=1", "=1", "a;=1", ";", ";;=", "\"", "\\", "\\x3b", "\n",
                                        "\u202e", "  -1", "\xF0\x9F\x92\x96"}) {
        const std::vector<std::string> fields = fields_of(field_of(text));
        ASSERT_EQ(fields.size(), 1U) << text;
        EXPECT_EQ(read_text(fields[0]), text);
    }
}

TEST(csv_sink, has_a_row_per_packet_with_the_columns_of_the_header) {
    output out;
    csv_sink sink{out};
    (void)dump_frames(sink, out, login_then(frames_of({client(16, sma_hi)})));
    EXPECT_EQ(out.text(),
              std::string{csv_sink::header} +
                  "packet,0,c2s,,10.0.0.1:40000,10.0.0.2:7777,1700000000.002000,3,0,6,CR,\"bob\",,,,,,,\r\n"
                  "packet,0,s2c,,10.0.0.2:7777,10.0.0.1:40000,1700000000.003000,4,0,2,ERROR,,,0,OK,,,,\r\n"
                  "packet,0,c2s,,10.0.0.1:40000,10.0.0.2:7777,1700000000.004000,5,6,7,SMA,,\"hi\",,,,,,\r\n");
}

TEST(csv_sink, times_have_the_digits_of_the_clock_and_unknown_ones_are_empty) {
    const std::vector<byte_string> frames = login_then(frames_of({client(16, sma_hi)}));
    const auto times_of = [&frames](std::uint8_t resolution, std::uint64_t units) {
        pcapng_builder file;
        file.interface(1, 0, joined({file.option(9, little(resolution, 1)), file.option(0, {})}));
        for (const byte_string& frame : frames) {
            file.packet(frame, units);
        }
        output out;
        csv_sink sink{out};
        capture_options options;
        options.ports.set(7'777);
        totals account;
        capture_totals capture;
        account.capture = &capture;
        memory_source source{file.bytes()};
        EXPECT_EQ(dump_capture(source, {}, options, sink, account, capture, out), "");
        return fields_of(rows_of(out.text()).back())[6];
    };
    EXPECT_EQ(times_of(0, 1'700'000'001), "1700000001.0");
    EXPECT_EQ(times_of(3, 1'700'000'001'002), "1700000001.002");
    EXPECT_EQ(times_of(9, 1'700'000'001'002'003'004), "1700000001.002003004");
    EXPECT_EQ(times_of(20, 1), "");
}

TEST(csv_sink, has_a_row_per_event_and_every_row_has_every_column) {
    output out;
    csv_sink sink{out};
    (void)dump_frames(
        sink, out,
        login_then(frames_of({client(18, "\x06"),
                              client(19, "\x01\x00\x03"
                                         "bo"sv),
                              client(16, {}, rst), server(102, "\x01\x00\x01x"sv), server(106, "\x09")})));
    const std::size_t columns = fields_of(rows_of(csv_sink::header)[0]).size();
    const std::vector<std::string> rows = rows_of(out.text());
    EXPECT_GT(rows.size(), 5U);
    for (const std::string& row : rows) {
        EXPECT_EQ(fields_of(row).size(), columns) << row;
    }
    EXPECT_NE(out.text().find(",true,,,\r\n"), std::string::npos) << "a CR of the server";
    EXPECT_NE(out.text().find(",malformed,1,\"WIRE-1, opcode at offset 6: "), std::string::npos) << out.text();
}

TEST(csv_sink, events_of_frames_and_raw_streams_have_every_column_too) {
    output out;
    csv_sink sink{out};
    feed(sink, bytes_of("\x01\x00\x03"
                        "bob\x01"sv));
    sink.take(capture_event{frame_flaw::clock, 7, {1'700'000'000, 5, 9}, "=a.pcap"});
    const std::vector<std::string> rows = rows_of(out.text());
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_EQ(rows[1], "packet,0,c2s,,,,,,0,6,CR,\"bob\",,,,,,,");
    for (const std::string& row : rows) {
        EXPECT_EQ(fields_of(row).size(), fields_of(rows[0]).size()) << row;
    }
    EXPECT_EQ(fields_of(rows[3])[3], "'=a.pcap");
    EXPECT_EQ(fields_of(rows[3])[6], "1700000000.000000005");
    EXPECT_EQ(fields_of(rows[3])[7], "7");
}

}  // namespace
}  // namespace chatos::dump::testing
