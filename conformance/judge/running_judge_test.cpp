#include "judge/running_judge.hpp"
#include "model/fault.hpp"
#include "testing/captured_model_run.hpp"
#include "testing/trace_builder.hpp"
#include "testing/trace_replay.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

namespace chatos::conformance {
namespace {

using testing::captured_model_run;
using testing::captured_run_settings;
using testing::trace_builder;
using testing::trace_replay;
using testing::violations_text;

constexpr std::size_t plenty = 1'000'000;

judge_settings only_server(bool has_all_clients) {
    judge_settings settings;
    settings.judges_clients = false;
    settings.has_all_clients = has_all_clients;
    return settings;
}

/// As (rule, stream, frame).
using found_violations = std::set<std::tuple<std::string_view, std::uint32_t, std::uint64_t>>;

found_violations keys_of(const judge_report& report) {
    found_violations keys;
    for (const violation& violation : report.violations) {
        EXPECT_TRUE(keys.emplace(violation.rule, violation.stream, violation.frame).second ||
                    violation.rule.starts_with("ALL"))
            << "reported twice: " << violation.rule << " frame " << violation.frame;
    }
    return keys;
}

TEST(RunningJudge, parts_accuse_nobody_who_keeps_the_rules) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        captured_run_settings settings;
        settings.seed = seed;
        settings.wild = seed % 2 == 0;
        settings.near_server = seed % 3 == 0;
        const trace whole = captured_model_run{settings}.run();
        for (const std::size_t packets_max : {plenty, std::size_t{60}, std::size_t{5}}) {
            judge_settings judge_settings = only_server(seed % 4 == 0);
            judge_settings.judges_clients = !settings.wild;
            const judge_report report = trace_replay{whole}.judge_in_parts(judge_settings, 10 + seed % 50, packets_max);
            ASSERT_EQ(violations_text(report), "") << "seed " << seed << ", up to " << packets_max << " packets";
        }
    }
}

TEST(RunningJudge, parts_accuse_no_legal_variant) {
    std::uint64_t seed = 0;
    for (const auto& variant : all_entries<conformance::variant>()) {
        for (int run = 0; run < 3; ++run) {
            captured_run_settings settings;
            settings.seed = ++seed;
            settings.wild = seed % 2 == 0;
            settings.near_server = seed % 3 == 0;
            settings.server.wire.variants.add(variant.id);
            const trace whole = captured_model_run{settings}.run();
            for (const std::size_t packets_max : {plenty, std::size_t{40}}) {
                const judge_report report =
                    trace_replay{whole}.judge_in_parts(only_server(seed % 4 == 0), 10 + seed % 50, packets_max);
                ASSERT_EQ(violations_text(report), "") << variant.name << ", seed " << seed;
            }
        }
    }
}

constexpr std::string_view shown_faults[] = {
    "cr-answered-twice",       "taken-pseudo-shared",
    "second-cr-gets-ok",       "rpm-gets-unreachable",
    "rpm-answered-twice",      "spm-names-recipient",
    "spm-not-delivered",       "spm-delivered-twice",
    "spm-answer-always-ok",    "spm-answered-early",
    "spm-without-rpm-gets-ok", "sma-reaches-one",
    "sma-misses-newest",       "sma-echoed",
    "sma-answered-at-once",    "sma-first-code-wins",
    "sma-reaches-strangers",   "pc-not-offered",
    "pc-decision-always-ok",   "pc-decided-early",
    "pc-to-oneself-offered",   "answer-settles-newest",
    "stray-error-answered",    "malformed-gets-unreachable",
};

TEST(RunningJudge, parts_find_what_the_whole_shows) {
    std::size_t in_whole = 0;
    std::size_t in_parts = 0;
    std::set<std::string_view> rules_in_whole;
    std::set<std::string_view> rules_in_parts;
    std::uint64_t seed = 0;
    for (const std::string_view name : shown_faults) {
        captured_run_settings settings;
        settings.seed = ++seed;
        settings.wild = seed % 2 == 0;
        settings.server.wire.faults.add(find_entry<conformance::fault>(name)->id);
        const trace run = captured_model_run{settings}.run();
        const found_violations whole = keys_of(judge(run, only_server(false)));
        const found_violations parts = keys_of(trace_replay{run}.judge_in_parts(only_server(false), 300, plenty));
        in_whole += whole.size();
        for (const auto& key : parts) {
            in_parts += whole.contains(key) ? 1U : 0U;
            rules_in_parts.insert(std::get<0>(key));
        }
        for (const auto& key : whole) {
            rules_in_whole.insert(std::get<0>(key));
        }
    }
    EXPECT_GT(in_whole, 80U);
    EXPECT_GE(in_parts * 100, in_whole * 95) << in_parts << " of " << in_whole;
    EXPECT_EQ(rules_in_parts, rules_in_whole);
}

TEST(RunningJudge, memory_does_not_grow_with_the_trace) {
    trace_builder busy = testing::two_users();
    for (int count = 0; count < 2'000; ++count) {
        const std::string message = "message " + std::to_string(count);
        busy.client(0, trace_builder::spm("bob", message)).server(1, trace_builder::spm("alice", message));
        busy.client(1, trace_builder::error(0)).server(0, trace_builder::error(0));
    }
    for (std::size_t stream = 2; stream < 1'000; ++stream) {
        busy.login(stream, "probe").end(stream, side::client).end(stream, side::server);
    }
    trace_replay replay{busy.observed()};
    const judge_report report = replay.judge_in_parts({}, 100, plenty);
    EXPECT_EQ(violations_text(report), "");
    EXPECT_LT(replay.packets_kept_max(), 320U);
    for (const rule_verdict& verdict : report.verdicts) {
        if (verdict.rule == "PM-4") {
            EXPECT_EQ(verdict.passed, 2'000U);
            EXPECT_EQ(verdict.verdict, judge_verdict::pass);
        }
    }
}

TEST(RunningJudge, a_client_that_never_answers_is_bounded_too) {
    trace_builder deaf = testing::two_users();
    for (int count = 0; count < 3'000; ++count) {
        deaf.client(0, trace_builder::spm("bob", std::to_string(count)));
        deaf.server(1, trace_builder::spm("alice", std::to_string(count)));
    }
    trace_replay replay{deaf.observed()};
    judge_settings server;
    server.judges_clients = false;
    const judge_report report = replay.judge_in_parts(server, 100, 200);
    EXPECT_EQ(violations_text(report), "");
    EXPECT_LT(replay.packets_kept_max(), 600U);
}

}  // namespace
}  // namespace chatos::conformance
