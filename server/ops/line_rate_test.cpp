// How many log lines of a kind are admitted in a second, and what is told of the others.
#include "base/testing/temporary_folder.hpp"
#include "ops/event_log.hpp"
#include "ops/line_rate.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace chatos::ops {
namespace {

using std::chrono::milliseconds;

std::uint64_t admitted_of_a_thousand(line_rate& rate, std::string_view kind, line_rate::time_point now) {
    std::uint64_t count = 0;
    for (int i = 0; i < 1'000; ++i) {
        count += rate.admit(kind, now) ? 1 : 0;
    }
    return count;
}

TEST(LineRate, bounds_the_lines_of_a_kind_in_a_second_and_counts_what_it_refuses) {
    line_rate rate{10};
    const line_rate::time_point now{};
    EXPECT_EQ(admitted_of_a_thousand(rate, "refused_input", now), 10U);
    EXPECT_EQ(admitted_of_a_thousand(rate, "slow_login", now), 10U) << "a flood of one kind hides no other";
    EXPECT_EQ(admitted_of_a_thousand(rate, "refused_input", now + milliseconds{999}), 0U);
    EXPECT_EQ(admitted_of_a_thousand(rate, "refused_input", now + milliseconds{1'000}), 10U);
    EXPECT_EQ(rate.refused(), 4'000U - 30U);
    EXPECT_EQ(rate.take_refused("refused_input"), 2'980U);
    EXPECT_EQ(rate.take_refused("refused_input"), 0U);
    std::vector<std::string_view> kinds;
    rate.for_each_refused([&kinds](std::string_view kind) { kinds.push_back(kind); });
    EXPECT_EQ(kinds, std::vector<std::string_view>{"slow_login"});
}

TEST(LineRate, of_zero_bounds_nothing) {
    line_rate rate{0};
    EXPECT_EQ(admitted_of_a_thousand(rate, "refused_input", {}), 1'000U);
    EXPECT_EQ(rate.take_refused("refused_input"), 0U);
}

TEST(LineRate, has_room_for_a_bounded_number_of_kinds) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < 3 * line_rate::kinds_max; ++i) {
        names.push_back("kind" + std::to_string(i));
    }
    line_rate rate{1};
    std::size_t admitted = 0;
    for (const std::string& name : names) {
        admitted += rate.admit(name, {}) ? 1 : 0;
    }
    EXPECT_EQ(admitted, line_rate::kinds_max);
    EXPECT_EQ(rate.refused(), 2 * line_rate::kinds_max);
}

// Ten lines of each level.
void write_with_a_rate_of_two(const std::string& path) {
    log_writer writer{path, -1, 1U << 20U};
    event_log log{log_level::debug, writer, 2};
    for (const log_level level : {log_level::error, log_level::warning, log_level::info, log_level::debug}) {
        for (int i = 0; i < 10; ++i) {
            if (log.admits(level, name_of(level))) {
                log.write(event_log::line(level, name_of(level)));
            }
        }
    }
    EXPECT_EQ(log.left_out(), 16U);
    log.finish();
}

std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++count;
    }
    return count;
}

TEST(EventLog, leaves_out_neither_errors_nor_debug_lines_and_reports_the_others_at_the_end) {
    const base::testing::temporary_folder folder;
    write_with_a_rate_of_two(folder.path("log"));
    const std::string text = folder.read("log");
    EXPECT_EQ(count_of(text, " event=error\n"), 10U);
    EXPECT_EQ(count_of(text, " event=warning\n"), 2U);
    EXPECT_EQ(count_of(text, " event=info\n"), 2U);
    EXPECT_EQ(count_of(text, " event=debug\n"), 10U);
    EXPECT_EQ(count_of(text, " level=warning event=lines_left_out kind=warning left_out=8\n"), 1U) << text;
    EXPECT_EQ(count_of(text, " level=warning event=lines_left_out kind=info left_out=8\n"), 1U) << text;
}

}  // namespace
}  // namespace chatos::ops
