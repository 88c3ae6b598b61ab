#include "base/testing/temporary_folder.hpp"
#include "dump/testing/memory_source.hpp"
#include "dump/watch/live_watch.hpp"
#include "dump/watch/watch_testing.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace chatos::dump::testing {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

constexpr std::string_view cr_alice = "\x01\x00\x05"
                                      "alice"sv;
constexpr std::string_view cr_bob = "\x01\x00\x03"
                                    "bob"sv;
constexpr std::string_view rpm_bob = "\x02\x00\x03"
                                     "bob"sv;
constexpr std::string_view spm_to_bob = "\x03\x00\x03"
                                        "bob\x00\x00\x00\x02hi"sv;
constexpr std::string_view spm_from_alice = "\x03\x00\x05"
                                            "alice\x00\x00\x00\x02hi"sv;
constexpr std::string_view sma_hi = "\x04\x00\x00\x00\x02hi"sv;
constexpr std::string_view error_ok = "\x06\x00"sv;

/// Alice says something to everybody, and hears it herself (ALL-2).
paced_talk echo_talk() {
    paced_talk talk;
    talk.open(40'000);
    talk.from_client(40'000, cr_alice);
    talk.from_server(40'000, error_ok);
    talk.from_client(40'000, sma_hi);
    talk.from_server(40'000, spm_from_alice);
    talk.from_client(40'000, error_ok);
    talk.from_server(40'000, error_ok);
    return talk;
}

/// Alice gets an answer before bob has answered, or before a capture that lost bob's answer shows it.
paced_talk relay_talk(bool is_lost) {
    paced_talk talk;
    talk.open(40'000);
    talk.open(40'001);
    talk.from_client(40'000, cr_alice);
    talk.from_server(40'000, error_ok);
    talk.from_client(40'001, cr_bob);
    talk.from_server(40'001, error_ok);
    talk.from_client(40'000, rpm_bob);
    talk.from_server(40'000, error_ok);
    talk.from_client(40'000, spm_to_bob);
    talk.from_server(40'001, spm_from_alice);
    if (is_lost) {
        talk.from_client(40'001, error_ok, false);
    }
    talk.from_server(40'001, {});
    talk.pause(20ms);  // longer than the reorder window
    talk.from_server(40'000, error_ok);
    talk.pause(20ms);
    talk.from_client(40'001, error_ok);
    talk.from_server(40'001, {});
    return talk;
}

TEST(live_watch, a_violation_is_told_without_further_frames) {
    paced_talk talk = echo_talk();
    talk.pause(0ms);
    talk.pause(500ms);
    talk.pause(500ms);
    watched_check check;
    std::vector<std::size_t> violations;
    check.run(talk.steps(), [&] { violations.push_back(check.violations()); });
    EXPECT_EQ(violations, (std::vector<std::size_t>{0, 0, 1})) << check.text();
    EXPECT_EQ(check.violations(), 1U) << "told again at the end: " << check.text();
    EXPECT_NE(check.text().find("fail        ALL-2    1 violation"), std::string::npos) << check.text();
    EXPECT_TRUE(check.judged().has_violations());
}

TEST(live_watch, what_a_look_has_not_told_is_told_at_the_end) {
    watched_check check;
    check.run(echo_talk().steps());
    EXPECT_EQ(check.violations(), 1U) << check.text();
}

TEST(live_watch, what_was_acknowledged_and_not_captured_is_no_silence) {
    for (const bool is_lost : {true, false}) {
        paced_talk talk = relay_talk(is_lost);
        for (int second = 0; second < 4; ++second) {
            talk.pause(1s);
        }
        watched_check check;
        check.run(talk.steps());
        EXPECT_EQ(check.violations(), is_lost ? 0U : 1U) << check.text();
    }
}

TEST(live_watch, figures_are_those_of_what_was_read_so_far) {
    paced_talk talk = echo_talk();
    talk.pause(0ms);
    talk.pause(1s);
    watched_check check;
    check.run(talk.steps());
    const watch_figures& figures = check.watch().figures();
    EXPECT_EQ(figures.account.packets, 6U);
    EXPECT_EQ(figures.account.streams, 1U);
    EXPECT_EQ(figures.streams_open, 1U);
    EXPECT_EQ(figures.capture.frames, 8U);
    const auto rule = std::ranges::find(figures.rules, "ALL-2"sv, &watch_figures::rule_counts::rule);
    ASSERT_NE(rule, figures.rules.end());
    EXPECT_EQ(rule->violations, 1U);
    const auto login = std::ranges::find(figures.rules, "CONN-1"sv, &watch_figures::rule_counts::rule);
    EXPECT_EQ(login->passed, 1U);
}

/// As promtool does: help and type before the samples, names and counters as they are to be.
void expect_clean(const std::string& text) {
    std::set<std::string> described;
    std::string type;
    std::istringstream lines{text};
    std::size_t samples = 0;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("# HELP ")) {
            const std::string name = line.substr(7, line.find(' ', 7) - 7);
            EXPECT_TRUE(described.insert(name).second) << "described twice: " << line;
            EXPECT_TRUE(line.ends_with(".")) << line;
            continue;
        }
        if (line.starts_with("# TYPE ")) {
            type = line.substr(line.rfind(' ') + 1);
            EXPECT_TRUE(type == "counter" || type == "gauge") << line;
            continue;
        }
        const std::string name = line.substr(0, line.find_first_of("{ "));
        EXPECT_TRUE(described.contains(name)) << line;
        EXPECT_EQ(name.ends_with("_total"), type == "counter") << line;
        EXPECT_TRUE(name.starts_with("chatos_dump_") || name.starts_with("process_")) << line;
        ++samples;
    }
    EXPECT_GT(samples, 200U);
}

TEST(live_figures, the_metrics_are_as_prometheus_wants_them) {
    paced_talk talk = echo_talk();
    talk.pause(0ms);
    talk.pause(1s);
    watched_check check;
    check.run(talk.steps());
    const std::string text = metrics_text(check.watch().figures(), 1'000, "1.2");
    expect_clean(text);
    for (const std::string_view line :
         {"chatos_dump_build_info{version=\"1.2\"} 1\n",
          "chatos_dump_verdicts_total{rule=\"ALL-2\",verdict=\"fail\"} 1\n",
          "chatos_dump_verdicts_total{rule=\"CONN-1\",verdict=\"pass\"} 1\n", "chatos_dump_frames_total 8\n",
          "chatos_dump_streams_open 1\n", "process_resident_memory_bytes 1000\n"}) {
        EXPECT_NE(text.find(line), std::string::npos) << line;
    }
}

TEST(live_figures, answers_what_an_operator_asks) {
    const live_figures figures;
    EXPECT_TRUE(figures.answer("GET /metrics HTTP/1.1\r\n\r\n", "1")
                    .starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4"));
    EXPECT_TRUE(figures.answer("GET /healthz HTTP/1.1\r\n\r\n", "1").ends_with("ok\n"));
    EXPECT_TRUE(figures.answer("GET / HTTP/1.1\r\n\r\n", "1").starts_with("HTTP/1.1 404"));
    EXPECT_TRUE(figures.answer("POST /metrics HTTP/1.1\r\n\r\n", "1").starts_with("HTTP/1.1 405"));
    EXPECT_TRUE(figures.answer("hello", "1").starts_with("HTTP/1.1 400"));
}

TEST(live_watch, the_capture_of_a_violation_shows_it_again) {
    base::testing::temporary_folder folder;
    paced_talk talk = echo_talk();
    talk.open(40'009);  // has nothing to do with it
    talk.from_client(40'009, cr_bob);
    talk.pause(0ms);
    talk.pause(1s);
    watched_check check{{.keep_folder = folder.path("kept")}};
    check.run(talk.steps());
    const std::string name = "chatos-20231114T221320Z-ALL-2-stream-0-frame-6.pcapng";
    ASSERT_TRUE(std::filesystem::exists(folder.path("kept/" + name)));
    EXPECT_EQ(check.watch().kept_text(), "1 capture of violations kept in \"" + folder.path("kept") + "\"");
    const std::string content = folder.read("kept/" + name);
    EXPECT_NE(content.find("VIOLATION  ALL-2 (MUST) by the server: expected "), std::string::npos);
    output out;
    null_record_sink nothing;
    check_sink again{check_form::text, {}, true, nothing, out, base::no_colors};
    totals account;
    capture_totals capture_account;
    account.capture = &capture_account;
    capture_options options;
    options.ports.set(7777);
    memory_source source{std::as_bytes(std::span{content})};
    EXPECT_EQ(dump_capture(source, {}, options, again, account, capture_account, out), "");
    again.take(account);
    EXPECT_NE(out.text().find("VIOLATION  ALL-2 (MUST) by the server"), std::string::npos) << out.text();
}

located_violation violation_of(std::string_view rule, std::uint32_t stream, std::uint64_t frame) {
    located_violation located;
    located.violation.rule = rule;
    located.violation.stream = stream;
    located.violation.frame = frame;
    located.violation.time_ns = 1'700'000'000'000'000'000 + static_cast<std::int64_t>(frame) * 1'000'000'000;
    return located;
}

std::size_t files_in(const std::string& folder) {
    const std::filesystem::directory_iterator entries{folder};
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

TEST(violation_files, the_oldest_make_room) {
    base::testing::temporary_folder folder;
    stored_frame frame{.number = 1,
                       .frame = {.time = {1, 0, 6}, .link_type = 1, .original_bytes = 4},
                       .bytes = std::vector<std::byte>(4)};
    const std::vector<const stored_frame*> frames{&frame};
    folder.write("chatos-20200101T000000Z-PM-4-stream-0-frame-1.pcapng", "of an earlier run");
    folder.write("not-ours.pcapng", "stays");
    violation_files files{folder.path(),
                          {.files_max = 3, .bytes_max = 100'000, .files_of_rule_max = 2, .files_of_stream_max = 2}};
    for (std::uint64_t number = 1; number <= 3; ++number) {
        ASSERT_TRUE(number == 3 || files.is_wanted(violation_of("PM-4", 1, number).violation));
        files.keep(violation_of("PM-4", static_cast<std::uint32_t>(number), number), frames);
    }
    EXPECT_EQ(files_in(folder.path()), 3U) << "two of the rule, and the other's";
    EXPECT_FALSE(std::filesystem::exists(folder.path("chatos-20200101T000000Z-PM-4-stream-0-frame-1.pcapng")));
    files.keep(violation_of("PM-3", 1, 9), frames);
    files.keep(violation_of("PM-5", 1, 10), frames);
    EXPECT_EQ(files_in(folder.path()), 4U);
    EXPECT_EQ(files.counts().kept, 5U);
    EXPECT_EQ(files.counts().removed, 3U);
    EXPECT_EQ(folder.read("not-ours.pcapng"), "stays");
    EXPECT_EQ(files.problem(), "");
}

TEST(violation_files, bytes_have_a_bound_as_well) {
    base::testing::temporary_folder folder;
    stored_frame frame{.number = 1,
                       .frame = {.time = {1, 0, 6}, .link_type = 1, .original_bytes = 3'000},
                       .bytes = std::vector<std::byte>(3'000)};
    violation_files files{folder.path(), {.bytes_max = 10'000}};
    for (std::uint32_t stream = 1; stream <= 9; ++stream) {
        files.keep(violation_of("PM-4", stream, stream), {&frame});
    }
    EXPECT_EQ(files_in(folder.path()), 3U);
}

TEST(violation_files, of_what_a_client_repeats_the_first_ones_are_kept) {
    base::testing::temporary_folder folder;
    violation_files files{folder.path(), {.files_of_stream_max = 2}};
    stored_frame frame{.number = 1};
    files.keep(violation_of("CLI-5", 4, 1), {&frame});
    EXPECT_TRUE(files.is_wanted(violation_of("CLI-5", 4, 2).violation));
    files.keep(violation_of("CLI-5", 4, 2), {&frame});
    EXPECT_FALSE(files.is_wanted(violation_of("CLI-5", 4, 3).violation));
    EXPECT_TRUE(files.is_wanted(violation_of("CLI-4", 4, 3).violation));
    EXPECT_TRUE(files.is_wanted(violation_of("CLI-5", 5, 3).violation));
}

TEST(violation_files, a_folder_that_cannot_be_is_a_problem) {
    EXPECT_NE(violation_files{"/dev/null/x"}.problem(), "");
}

}  // namespace
}  // namespace chatos::dump::testing
