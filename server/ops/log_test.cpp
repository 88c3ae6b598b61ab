// Log lines, and a writer whose log is slow, full, gone or moved.
#include "base/system/descriptor.hpp"
#include "ops/event_log.hpp"
#include "ops/log_line.hpp"
#include "ops/log_writer.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace chatos::ops {
namespace {

constexpr std::size_t much = 1U << 20U;

log_line line_of(std::string_view event) {
    return {std::chrono::system_clock::time_point{std::chrono::milliseconds{1'767'225'600'007}}, log_level::info,
            event};
}

TEST(LogLine, is_logfmt_with_the_time_in_utc) {
    EXPECT_EQ(line_of("start").add("listen", "127.0.0.1:7777").add("users", 7).text(),
              "time=2026-01-01T00:00:00.007Z level=info event=start listen=127.0.0.1:7777 users=7");
}

TEST(LogLine, nothing_from_the_network_breaks_or_forges_a_line) {
    EXPECT_EQ(line_of("x").add("pseudo", "eve\nlevel=error event=\"forged\"").text(),
              "time=2026-01-01T00:00:00.007Z level=info event=x "
              "pseudo=\"eve\\nlevel=error event=\\\"forged\\\"\"");
    const std::string text = line_of("x").add_bytes("excerpt", "\xff\x1b[31m\\\xe2\x80\xae").text();
    EXPECT_TRUE(text.ends_with(R"( excerpt="\xff\x1b[31m\\\u{202e}")")) << text;
    EXPECT_TRUE(
        line_of("x").add("pseudo", "\u2764\ufe0f a\u200db").text().ends_with(" pseudo=\"\u2764\ufe0f a\\u{200d}b\""));
    EXPECT_TRUE(line_of("x").add("pseudo", "").text().ends_with(" pseudo=\"\""));
    EXPECT_TRUE(line_of("x").add("pseudo", "a b=c").text().ends_with(" pseudo=\"a b=c\""));
}

TEST(LogLine, values_are_bounded) {
    const std::string text = line_of("x").add("pseudo", std::string(32'767, 'a')).text();
    EXPECT_TRUE(text.ends_with(std::string(log_line::value_bytes_max, 'a') + "...\"")) << text;
}

TEST(LogLine, as_json_has_the_same_fields_and_numbers_are_numbers) {
    EXPECT_EQ(
        line_of("start").add("listen", "127.0.0.1:7777").add("users", 7).text(log_format::json),
        R"({"time":"2026-01-01T00:00:00.007Z","level":"info","event":"start","listen":"127.0.0.1:7777","users":7})");
}

TEST(LogLine, as_json_is_valid_and_plain_for_any_bytes) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) {
        all += static_cast<char>(byte);
    }
    for (std::size_t at = 0; at < all.size(); at += 64) {
        const std::string text = line_of("x").add_bytes("excerpt", all.substr(at, 64)).text(log_format::json);
        EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char byte) { return byte >= ' ' && byte <= '~'; }))
            << text;
        EXPECT_TRUE(nlohmann::json::accept(text)) << text;
    }
    const std::string text = line_of("x").add("pseudo", "a\"b\\\n\xff\xe2\x80\xae{}").text(log_format::json);
    EXPECT_TRUE(text.ends_with(R"(,"pseudo":"a\"b\\\n\ufffd\u202e{}"})")) << text;
    EXPECT_TRUE(line_of("x").add("pseudo", std::string(200, 'a')).text(log_format::json).ends_with("aaa...\"}"));
}

TEST(LogLine, a_number_is_added_to_its_text_in_either_format) {
    std::string line = line_of("x").text();
    add_to_text(line, log_format::logfmt, "dropped", 17);
    EXPECT_TRUE(line.ends_with(" event=x dropped=17")) << line;
    line = line_of("x").text(log_format::json);
    add_to_text(line, log_format::json, "dropped", 17);
    EXPECT_TRUE(line.ends_with(R"("event":"x","dropped":17})")) << line;
}

TEST(LogLevel, has_names_and_an_order) {
    for (const log_level level : {log_level::error, log_level::warning, log_level::info, log_level::debug}) {
        EXPECT_EQ(parse_log_level(name_of(level)), level);
    }
    EXPECT_FALSE(parse_log_level("verbose").has_value());
}

class file_log : public ::testing::Test {
protected:
    void SetUp() override { ASSERT_NE(::mkdtemp(folder.data()), nullptr); }
    void TearDown() override { std::filesystem::remove_all(folder); }

    [[nodiscard]] static std::string content(const std::string& path) {
        std::ostringstream text;
        text << std::ifstream{path}.rdbuf();
        return text.str();
    }
    // Until the writer has dealt with so many lines.
    static void await(const log_writer& writer, std::uint64_t lines) {
        while (writer.count().written + writer.count().dropped < lines) {
            std::this_thread::yield();
        }
    }

    std::string folder = ::testing::TempDir() + "chatos-XXXXXX";
};

using LogWriter = file_log;

// The sum of what lines say was dropped before them.
std::uint64_t reported(const std::string& text) {
    constexpr std::string_view key = " dropped=";
    std::uint64_t all = 0;
    for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + 1)) {
        const std::size_t end = text.find('\n', at);
        all += end == std::string::npos ? 0 : std::strtoull(text.c_str() + at + key.size(), nullptr, 10);
    }
    return all;
}

TEST_F(LogWriter, appends_and_writes_everything_before_it_ends) {
    const std::string path = folder + "/log";
    for (const char* line : {"one", "two"}) {
        log_writer writer{path, -1, much};
        EXPECT_EQ(writer.fault(), "");
        writer.write(line);
    }
    EXPECT_EQ(content(path), "one\ntwo\n");
}

TEST_F(LogWriter, a_file_that_was_moved_away_is_opened_again_when_told) {
    const std::string path = folder + "/log";
    log_writer writer{path, -1, much};
    writer.write("one");
    await(writer, 1);
    std::filesystem::rename(path, path + ".1");
    writer.write("two");
    await(writer, 2);
    const auto say = [](const std::string& fault) { return fault.empty() ? "reopened" : "not reopened: " + fault; };
    writer.reopen(say);
    writer.write("three");
    await(writer, 4);
    EXPECT_EQ(content(path + ".1"), "one\ntwo\n");
    EXPECT_EQ(content(path), "reopened\nthree\n");
    const std::string old = path + ".2";
    std::filesystem::rename(path, old);
    std::filesystem::create_directory(path);
    writer.reopen(say);
    writer.write("four");
    await(writer, 6);
    EXPECT_EQ(content(old), "reopened\nthree\nnot reopened: Is a directory\nfour\n")
        << "where it cannot be opened, the old file continues";
}

TEST_F(LogWriter, a_path_that_cannot_be_written_is_a_fault) {
    const log_writer writer{folder + "/nowhere/log", -1, much};
    EXPECT_EQ(writer.fault(), "No such file or directory");
}

TEST_F(LogWriter, a_full_disk_costs_lines_and_nothing_else) {
    log_writer writer{"/dev/full", -1, much};
    writer.write("one");
    writer.write("two");
    await(writer, 2);
    EXPECT_EQ(writer.count().dropped, 2U);
}

TEST_F(LogWriter, a_pipe_that_nobody_reads_costs_lines_and_the_next_one_says_how_many) {
    base::pipe_ends pipe = base::open_pipe();
    ASSERT_TRUE(pipe.reader.is_open());
    const std::string line(1'000, 'x');
    std::string received;
    {
        log_writer writer{{}, pipe.writer.get(), 20'000};
        for (int i = 0; i < 200; ++i) {
            writer.write(line);
        }
        EXPECT_GT(writer.count().dropped, 50U) << "the pipe holds 64 KiB, the queue 20,000 bytes";
        const std::uint64_t dropped = writer.count().dropped;
        std::array<char, 4'096> buffer{};
        while (reported(received) != dropped) {
            const ::ssize_t count = ::read(pipe.reader.get(), buffer.data(), buffer.size());
            ASSERT_GT(count, 0);
            received.append(buffer.data(), static_cast<std::size_t>(count));
        }
    }
}

TEST_F(LogWriter, a_log_that_takes_nothing_does_not_hold_up_the_end) {
    base::pipe_ends pipe = base::open_pipe(O_CLOEXEC | O_NONBLOCK);
    ASSERT_TRUE(pipe.reader.is_open());
    const std::string fill(4'096, 'x');
    while (::write(pipe.writer.get(), fill.data(), fill.size()) > 0) {
    }
    {
        log_writer writer{{}, pipe.writer.get(), much};
        writer.write("one");
    }
}

TEST_F(LogWriter, a_journal_writes_its_level_and_what_is_worse) {
    const std::string path = folder + "/log";
    {
        log_writer writer{path, -1, much};
        event_log log{log_level::warning, writer};
        EXPECT_TRUE(log.wants(log_level::error));
        EXPECT_FALSE(log.wants(log_level::info));
        log.write(event_log::line(log_level::info, "unwanted"));
        log.write(event_log::line(log_level::warning, "wanted"));
    }
    const std::string text = content(path);
    EXPECT_TRUE(text.starts_with("time=20"));
    EXPECT_TRUE(text.ends_with("Z level=warning event=wanted\n")) << text;
}

}  // namespace
}  // namespace chatos::ops
