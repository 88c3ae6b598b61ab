#include "base/text_columns.hpp"
#include "dump/capture/capture_dump.hpp"
#include "dump/testing/memory_source.hpp"
#include "dump/testing/segments.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

namespace chatos::dump::testing {
namespace {

/// The connection of a client from `port`, which logs in as `name`, asks for "eve" and is refused.
void add_client(std::vector<byte_string>& frames, std::uint16_t port, const std::string& name) {
    const std::string login = std::string{"\x01\x00", 2} + static_cast<char>(name.size()) + name;
    const auto size = static_cast<std::uint32_t>(login.size());
    const std::string_view request = "\x02\x00\x03"
                                     "eve"sv;
    std::vector<segment> segments{client(9, {}, syn),         server(99, {}, syn | ack, 10),
                                  client(10, login),          server(100, ok, ack, 10 + size),
                                  client(10 + size, request), server(102, "\x06\x04"sv, ack, 16 + size)};
    for (segment& sent : segments) {
        sent.client_port = port;
        frames.push_back(frame_of(sent));
    }
}

/// Columns before the packet's name on each line but those of the summary.
std::vector<std::size_t> columns_of_names(const std::string& text) {
    std::vector<std::size_t> columns;
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        for (const std::string_view name : {"  CR     ", "  RPM    ", "  ERROR  "}) {
            if (const std::size_t at = line.find(name); at != std::string::npos) {
                columns.push_back(base::columns_of(std::string_view{line}.substr(0, at)));
            }
        }
    }
    return columns;
}

TEST(capture_text, packets_are_aligned_whatever_the_names_and_ports) {
    std::vector<byte_string> frames;
    add_client(frames, 40'000, "\u65e5\u672c\u8a9e");
    add_client(frames, 400, "bob");
    add_client(frames, 65'000, "\u2764\ufe0f");
    add_client(frames, 7, "e\u0301ve");
    const std::vector<std::size_t> columns = columns_of_names(text_of_frames(frames).text);
    ASSERT_EQ(columns.size(), 16U);
    EXPECT_EQ(std::ranges::count(columns, columns.front()), 16) << text_of_frames(frames).text;
}

TEST(capture_text, a_long_name_makes_room_for_itself_from_its_login_on) {
    std::vector<byte_string> frames;
    add_client(frames, 40'000, "bob");
    add_client(frames, 40'001, "somebody with a name of forty characters");
    add_client(frames, 40'002, "bob");
    const std::vector<std::size_t> columns = columns_of_names(text_of_frames(frames).text);
    ASSERT_EQ(columns.size(), 12U);
    EXPECT_LT(columns[3], columns[4]);
    EXPECT_EQ(std::ranges::count(columns, columns[4]), 8);
}

TEST(capture_text, a_column_that_grows_does_so_for_streams_with_earlier_lines) {
    std::vector<byte_string> frames;
    add_client(frames, 40'000, "bob");
    add_client(frames, 40'001, "somebody with a name of forty characters");
    for (const std::uint16_t port : {std::uint16_t{40'000}, std::uint16_t{40'001}}) {
        segment later = client(port == 40'000 ? 22 : 59, "\x02\x00\x03"
                                                         "eve"sv);
        later.client_port = port;
        frames.push_back(frame_of(later));
    }
    const std::vector<std::size_t> columns = columns_of_names(text_of_frames(frames).text);
    ASSERT_EQ(columns.size(), 10U) << text_of_frames(frames).text;
    EXPECT_EQ(std::ranges::count(columns, columns[4]), 6);
}

TEST(capture_text, streams_that_alternate_keep_their_ends_and_names) {
    std::vector<byte_string> frames;
    constexpr std::size_t clients = 600;
    for (std::size_t number = 0; number < clients; ++number) {
        add_client(frames, static_cast<std::uint16_t>(1'000 + number), "bob" + std::to_string(number));
    }
    // One frame of each in turn.
    std::vector<byte_string> alternating;
    for (std::size_t step = 0; step < 6; ++step) {
        for (std::size_t number = 0; number < clients; ++number) {
            alternating.push_back(frames[number * 6 + step]);
        }
    }
    const auto sorted_lines = [](const std::vector<byte_string>& given) {
        std::istringstream text{text_of_frames(given).text};
        std::vector<std::string> lines;
        for (std::string line; std::getline(text, line);) {
            lines.push_back(line.substr(std::min(line.size(), line.find_first_of('.') + 7)));  // without its time
        }
        std::ranges::sort(lines);
        return lines;
    };
    EXPECT_EQ(sorted_lines(alternating), sorted_lines(frames));
}

std::string text_of_file(const byte_string& file, time_format format, const base::colors& colors = base::no_colors,
                         text_detail detail = text_detail::lines) {
    output out;
    text_sink sink{out, colors, detail, false, format};
    capture_options options{.files = {}};
    options.ports.set(7'777);
    totals account;
    capture_totals capture_account;
    account.capture = &capture_account;
    memory_source source{file, SIZE_MAX};
    EXPECT_EQ(dump_capture(source, {}, options, sink, account, capture_account, out), "");
    return out.text();
}

TEST(capture_text, times_have_the_digits_of_the_clock) {
    const std::vector<byte_string> frames = login_then({});
    struct clock {
        std::uint8_t resolution;
        std::uint64_t units;
        std::string_view shown;
    };
    for (const auto& [resolution, units, shown] :
         {clock{0, 1'700'000'001, "1700000001.0  "}, clock{3, 1'700'000'001'002, "1700000001.002  "},
          clock{6, 1'700'000'001'002'003, "1700000001.002003  "},
          clock{9, 1'700'000'001'002'003'004, "1700000001.002003004  "},
          clock{0x8A, std::uint64_t{1'700'000'001} * 1024 + 512, "1700000001.5000  "}}) {
        pcapng_builder file;
        file.interface(1, 0, joined({file.option(9, little(resolution, 1)), file.option(0, {})}));
        for (const byte_string& frame : frames) {
            file.packet(frame, units);
        }
        const std::string text = text_of_file(file.bytes(), time_format::epoch);
        EXPECT_TRUE(text.starts_with(shown)) << text;
        const std::string json = json_of_capture(file.bytes()).text;
        EXPECT_NE(json.find("\"time\":\"" + std::string{shown.substr(0, shown.find(' '))} + '"'), std::string::npos)
            << json;
    }
}

TEST(capture_text, lines_of_clocks_with_other_digits_and_of_none_are_aligned) {
    const std::vector<byte_string> frames = login_then({frame_of(server(102, ok)), frame_of(client(16, sma_hi))});
    pcapng_builder file;
    file.interface(1, 0, joined({file.option(9, little(9, 1)), file.option(0, {})}));
    file.interface(1, 0, joined({file.option(9, little(3, 1)), file.option(0, {})}));
    file.packet(frames[0], 1'700'000'001'000'000'000).packet(frames[1], 1'700'000'001'000'000'000);
    file.packet(frames[2], 1'700'000'001'002'003'004).packet(frames[3], 1'700'000'001'002, {.interface_number = 1});
    file.simple_packet(frames[4]);
    for (const time_format format : {time_format::relative, time_format::epoch, time_format::absolute}) {
        const std::string text = text_of_file(file.bytes(), format);
        const std::vector<std::size_t> columns = columns_of_names(text);
        ASSERT_EQ(columns.size(), 3U) << text;
        EXPECT_EQ(std::ranges::count(columns, columns.front()), 3) << text;
        EXPECT_NE(text.find(" -  "), std::string::npos) << text;
    }
}

TEST(capture_text, a_time_before_the_first_has_its_sign_at_the_number) {
    const std::vector<byte_string> frames = login_then({});
    pcap_builder file;
    for (std::size_t index = 0; index < frames.size(); ++index) {
        file.add(frames[index], {.fraction = index == 0 ? 500'000U : 0U});
    }
    EXPECT_TRUE(text_of_file(file.bytes(), time_format::relative).starts_with("  -0.500000  10.0.0.1"));
}

TEST(capture_text, a_refusal_has_a_color_and_says_so_without_one) {
    const std::vector<byte_string> frames = login_then({frame_of(server(102, "\x06\x04"sv))});
    pcap_builder file;
    for (const byte_string& frame : frames) {
        file.add(frame);
    }
    const std::string colored = text_of_file(file.bytes(), time_format::relative, base::terminal_colors);
    EXPECT_NE(colored.find("\x1b[31mERROR  code=4 UNREACHABLE\x1b[0m\n"), std::string::npos) << colored;
    EXPECT_NE(colored.find("\x1b[1mERROR\x1b[0m  code=0 OK\n"), std::string::npos) << colored;
    const std::string plain = text_of_file(file.bytes(), time_format::relative);
    EXPECT_NE(plain.find("ERROR  code=4 UNREACHABLE\n"), std::string::npos) << plain;
    const std::string tree =
        text_of_file(file.bytes(), time_format::relative, base::terminal_colors, text_detail::tree);
    EXPECT_NE(tree.find(" 4 \x1b[31mUNREACHABLE\x1b[0m\n"), std::string::npos) << tree;
}

}  // namespace
}  // namespace chatos::dump::testing
