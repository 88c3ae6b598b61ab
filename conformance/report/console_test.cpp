#include "report/console.hpp"
#include "testing/made_up_run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace chatos::conformance::testing {
namespace {

std::string console_of(made_up_run& run, bool shows_all = false, bool is_brief = false) {
    run_facts facts;
    facts.repeat_arguments = "--target 127.0.0.1:7777";
    facts.causes = causes_of(run.report());
    facts.shows_all = shows_all;
    facts.is_brief = is_brief;
    std::ostringstream out;
    write_console_report(out, run.report(), facts, base::colors{});
    return std::move(out).str();
}

std::ptrdiff_t count_of_lines(const std::string& text) {
    return std::count(text.begin(), text.end(), '\n');
}

bool says(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

void fill(made_up_run& run, const std::string& why) {
    constexpr const char* rules[] = {"WIRE-6", "CONN-1", "PM-1", "PM-2", "PM-3", "PM-4",
                                     "ALL-1",  "ALL-2",  "PC-1", "PC-2", "PC-3", "FLOW-1"};
    for (const char* rule : rules) {
        run.add_failures(10, rule);
    }
    for (int count = 0; count < 40; ++count) {
        const std::string number = std::to_string(count);
        scenario_report& prevented = run.add("server.conn.prevented-" + number, verdict::not_testable);
        prevented.ran = false;
        prevented.why = why + number;
    }
}

TEST(Console, fits_80_lines_however_many_failures_causes_and_rows_there_are) {
    made_up_run run;
    fill(run, "its control failed ");
    scenario_report& first = run.add("server.wire.big", verdict::fail, "WIRE-6");
    first.observed.broken_rule = "WIRE-6";
    for (unsigned row = 0; row < 40; ++row) {
        first.outcome.exchange.push_back({.when = {}, .actor = 0, .text = "ERROR 0 OK", .hex = "06 00"});
    }
    const std::string text = console_of(run);
    EXPECT_LE(count_of_lines(text), 80) << text;
    EXPECT_TRUE(says(text, "what to mend first\n  1. WIRE-6")) << text;
    EXPECT_TRUE(says(text, "FAIL  server.wire.big")) << text;
    EXPECT_TRUE(says(text, "see everything with --all")) << text;
    EXPECT_TRUE(says(text, "37 scenarios for other reasons: see them with --all")) << text;
}

TEST(Console, explains_everything_when_that_is_wanted_and_nothing_when_it_is_to_be_brief) {
    made_up_run run;
    run.add_failures(3, "PM-4");
    run.add_failures(3, "PM-1");
    const std::string all = console_of(run, true);
    const std::string brief = console_of(run, false, true);
    for (int number = 0; number < 6; ++number) {
        EXPECT_TRUE(says(all, "FAIL  server.pm.f" + std::to_string(number))) << all;
    }
    EXPECT_FALSE(says(brief, "FAIL")) << brief;
    EXPECT_TRUE(says(brief, "  2. PM-4")) << brief;
}

TEST(Console, needs_no_list_of_causes_for_one_failure) {
    made_up_run run;
    run.add("server.pm.bad", verdict::fail, "PM-2");
    EXPECT_FALSE(says(console_of(run), "what to mend first"));
    EXPECT_TRUE(says(console_of(run, false, true), "what to mend first"));
}

}  // namespace
}  // namespace chatos::conformance::testing
