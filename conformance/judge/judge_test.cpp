#include "judge/judge.hpp"
#include "model/fault.hpp"
#include "testing/captured_model_run.hpp"
#include "testing/trace_builder.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

namespace chatos::conformance {
namespace {

using testing::captured_model_run;
using testing::captured_run_settings;
using testing::trace_builder;
using testing::two_users;
using testing::violations_text;

judge_settings server_only(bool has_all_clients) {
    judge_settings settings;
    settings.judges_clients = false;
    settings.has_all_clients = has_all_clients;
    return settings;
}

void expect_no_violations(const captured_run_settings& settings, std::string_view server) {
    const trace observed = captured_model_run{settings}.run();
    for (const bool has_all_clients : {false, true}) {
        judge_settings judge_settings = server_only(has_all_clients);
        judge_settings.judges_clients = !settings.wild;
        const judge_report report = judge(observed, judge_settings);
        ASSERT_TRUE(report.violations.empty())
            << server << ", seed " << settings.seed << (settings.wild ? ", wild" : "")
            << (has_all_clients ? ", all clients" : "") << "\n"
            << violations_text(report);
    }
}

TEST(Judge, reports_no_violation_of_conforming_peers) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        for (const bool wild : {false, true}) {
            captured_run_settings settings;
            settings.seed = seed;
            settings.wild = wild;
            settings.near_server = seed % 3 == 0;
            expect_no_violations(settings, "the model");
        }
    }
}

TEST(Judge, reports_no_violation_of_legal_variants) {
    for (const auto& variant : all_entries<conformance::variant>()) {
        for (std::uint64_t seed = 1; seed <= 8; ++seed) {
            captured_run_settings settings;
            settings.seed = seed;
            settings.wild = seed % 2 == 0;
            settings.near_server = seed % 3 == 0;
            settings.server.wire.variants.add(variant.id);
            expect_no_violations(settings, variant.name);
        }
    }
}

/// The rules that a server with this fault violates in a few random runs.
std::set<std::string_view> violated_rules(const flag_entry<fault>& fault, bool has_all_clients) {
    std::set<std::string_view> rules;
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        captured_run_settings settings;
        settings.seed = seed;
        settings.wild = seed % 2 == 0;
        settings.server.wire.faults.add(fault.id);
        for (const violation& violation :
             judge(captured_model_run{settings}.run(), server_only(has_all_clients)).violations) {
            rules.insert(violation.rule);
        }
    }
    return rules;
}

// Faults that show even if the trace may lack clients.
constexpr std::string_view found_in_any_trace[] = {
    "code-3-relayed",
    "cr-answered-twice",
    "taken-pseudo-taken-over",
    "taken-pseudo-shared",
    "taken-pseudo-refused",
    "second-cr-renames",
    "second-cr-gets-ok",
    "second-cr-held-gets-refused",
    "second-cr-own-gets-ok",
    "second-cr-closes",
    "rpm-before-cr-answered",
    "early-requests-unanswered",
    "rpm-gets-unreachable",
    "rpm-answered-twice",
    "rpm-forwarded",
    "rpm-to-nobody-gets-refused",
    "spm-names-recipient",
    "spm-not-delivered",
    "spm-delivered-twice",
    "spm-answer-always-ok",
    "spm-answer-code-1-becomes-5",
    "spm-answered-early",
    "spm-answered-twice",
    "spm-without-rpm-delivered",
    "spm-without-rpm-gets-ok",
    "rpm-serves-every-recipient",
    "rpm-serves-every-sender",
    "spm-to-nobody-gets-ok",
    "sma-reaches-one",
    "sma-misses-newest",
    "sma-names-recipient",
    "sma-relayed-as-sma",
    "sma-echoed",
    "sma-answered-at-once",
    "sma-answered-at-first-answer",
    "sma-answered-by-each",
    "sma-first-code-wins",
    "sma-last-code-wins",
    "sma-lowest-code-wins",
    "sma-reaches-strangers",
    "pc-not-offered",

    "pc-names-recipient",
    "pc-to-nobody-answered-twice",
    "pc-decision-always-ok",
    "pc-decision-missing",
    "pc-decision-twice",
    "pc-decided-early",
    "pc-to-oneself-offered",
    "pc-to-oneself-gets-unreachable",
    "answer-settles-newest",
    "answer-settles-all",
    "stray-error-answered",
    "malformed-stays-open",
    "malformed-gets-unreachable",
};

// Faults that show only if no unseen client can be the cause.
constexpr std::string_view found_with_all_clients[] = {
    "pseudo-kept-after-close", "pseudo-kept-after-malformed", "rpm-to-nobody-gets-ok",
    "pc-to-nobody-gets-ok",    "pc-to-nobody-gets-refused",
};

TEST(Judge, finds_faults_of_servers_and_reports_the_rule) {
    for (const std::string_view name : found_in_any_trace) {
        const auto* const fault = find_entry<conformance::fault>(name);
        ASSERT_NE(fault, nullptr) << name;
        EXPECT_TRUE(violated_rules(*fault, false).contains(fault->rule)) << name << " breaks " << fault->rule;
    }
    for (const std::string_view name : found_with_all_clients) {
        const auto* const fault = find_entry<conformance::fault>(name);
        ASSERT_NE(fault, nullptr) << name;
        EXPECT_TRUE(violated_rules(*fault, true).contains(fault->rule)) << name << " breaks " << fault->rule;
        EXPECT_FALSE(violated_rules(*fault, false).contains(fault->rule)) << name;
    }
}

TEST(Judge, an_answer_before_the_recipients_breaks_pm_4) {
    trace_builder early = two_users();
    early.client(0, trace_builder::spm("bob", "hi"))
        .server(1, trace_builder::spm("alice", "hi"))
        .server(0, trace_builder::error(0));
    EXPECT_EQ(early.rules(), "") << "bob's answer may not be in the trace";
    EXPECT_EQ(early.verdict("PM-4"), judge_verdict::inconclusive);
    early.ping(1);
    EXPECT_EQ(early.rules(), "PM-4");
    const judge_report report = early.judge_with();
    ASSERT_EQ(report.violations.size(), 1U);
    EXPECT_EQ(report.violations[0].stream, 0U);
    EXPECT_EQ(report.violations[0].frame, 9U);
    EXPECT_EQ(report.violations[0].offset, 4U);
    EXPECT_EQ(report.violations[0].expected, "no answer before stream 1 has answered");
    EXPECT_EQ(report.violations[0].actual, "ERROR 0");
}

TEST(Judge, what_a_gap_hides_is_inconclusive) {
    trace_builder early = two_users();
    early.client(0, trace_builder::spm("bob", "hi")).server(1, trace_builder::spm("alice", "hi")).lose(1, side::client);
    early.server(0, trace_builder::error(0)).ping(1);
    EXPECT_EQ(early.rules(), "");
    EXPECT_EQ(early.verdict("PM-4"), judge_verdict::inconclusive);
    EXPECT_EQ(early.verdict("FLOW-1"), judge_verdict::inconclusive);
}

TEST(Judge, a_timeout_explains_error_4_unless_it_is_known) {
    trace_builder late = two_users();
    late.client(0, trace_builder::spm("bob", "hi")).server(1, trace_builder::spm("alice", "hi"));
    trace_builder at_once = late;
    late.wait(std::chrono::milliseconds{100}).server(0, trace_builder::error(4));
    late.client(1, trace_builder::error(0)).ping(1);
    EXPECT_EQ(late.rules(), "");
    at_once.server(0, trace_builder::error(4)).client(1, trace_builder::error(0)).ping(1);
    EXPECT_EQ(at_once.rules(), "PM-4") << "no server waits so little";
    EXPECT_EQ(late.verdict("PM-8"), judge_verdict::inconclusive);
    judge_settings limited;
    limited.answer_timeout = std::chrono::milliseconds{5'000};
    EXPECT_EQ(late.rules(limited), "PM-4");
    limited.answer_timeout = std::chrono::milliseconds{2};
    EXPECT_EQ(late.rules(limited), "");
}

TEST(Judge, a_client_may_say_why_it_ends_the_connection) {
    const auto rules_after = [](std::string_view rule) {
        trace_builder ended = two_users();
        if (!rule.empty()) {
            ended.malformed_bytes(0, side::server, rule, "");
        }
        judge_settings settings;
        settings.judges_server = false;
        return ended.client(0, trace_builder::error(5)).end(0, side::client).rules(settings);
    };
    EXPECT_EQ(rules_after("WIRE-1"), "");
    EXPECT_EQ(rules_after(""), "CLI-2");
}

TEST(Judge, ok_for_a_recipient_that_left_without_answering_breaks_pm_7) {
    trace_builder gone = two_users();
    gone.client(0, trace_builder::spm("bob", "hi")).server(1, trace_builder::spm("alice", "hi"));
    gone.end(1, side::client).server(0, trace_builder::error(0)).ping(0);
    EXPECT_EQ(gone.rules(), "PM-7");
}

TEST(Judge, a_permission_ends_with_the_session_of_its_recipient) {
    trace_builder next = two_users();
    next.end(1, side::client).end(1, side::server).login(2, "bob");
    next.client(0, trace_builder::spm("bob", "hi"))
        .server(2, trace_builder::spm("alice", "hi"))
        .client(2, trace_builder::error(0));
    next.server(0, trace_builder::error(0)).ping(2).ping(0);
    EXPECT_EQ(next.rules(), "PM-10");
}

TEST(Judge, a_client_registered_after_an_sma_does_not_receive_it) {
    trace_builder late;
    late.login(0, "alice")
        .login(1, "bob")
        .client(0, {opcode::sma, "", "hello", 0})
        .server(1, trace_builder::spm("alice", "hello"));
    late.client(1, trace_builder::error(0))
        .server(0, trace_builder::error(0))
        .login(2, "carol")
        .server(2, trace_builder::spm("alice", "hello"));
    late.ping(0).ping(1);
    EXPECT_EQ(late.rules(), "ALL-8");
}

TEST(Judge, a_user_outside_the_capture_may_explain_an_answer) {
    trace_builder lonely;
    lonely.login(0, "alice").client(0, trace_builder::rpm("bob")).server(0, trace_builder::error(0)).ping(0);
    EXPECT_EQ(lonely.rules(), "");
    EXPECT_EQ(lonely.verdict("PM-2"), judge_verdict::inconclusive);
    judge_settings all;
    all.has_all_clients = true;
    EXPECT_EQ(lonely.rules(all), "PM-2");
}

TEST(Judge, two_holders_of_a_pseudo_break_conn_2) {
    trace_builder twice;
    twice.login(0, "alice").login(1, "alice").ping(0);
    EXPECT_EQ(twice.rules(), "CONN-2");
    trace_builder swapped;  // the first may have left before the second registered
    swapped.login(0, "alice").login(1, "alice");
    EXPECT_EQ(swapped.rules(), "");
}

TEST(Judge, clients_violate_rules_by_sending_too_early) {
    trace_builder hasty;
    hasty.client(0, trace_builder::rpm("bob")).server(0, trace_builder::error(5));
    EXPECT_EQ(hasty.rules(), "CLI-1");
    trace_builder unasked;
    unasked.login(0, "alice")
        .login(1, "bob")
        .client(0, trace_builder::spm("bob", "hi"))
        .server(0, trace_builder::error(5))
        .ping(0);
    EXPECT_EQ(unasked.rules(), "CLI-4");
    trace_builder pipelining;
    pipelining.login(0, "alice")
        .client(0, trace_builder::rpm("x"))
        .client(0, trace_builder::rpm("y"))
        .server(0, trace_builder::error(4));
    EXPECT_EQ(pipelining.rules(), "CLI-5");
    trace_builder stray;
    stray.login(0, "alice").client(0, trace_builder::error(0)).ping(0);
    EXPECT_EQ(stray.rules(), "CLI-2");
    trace_builder odd;
    odd.login(0, "alice").login(1, "bob").client(0, {opcode::pc, "bob", "", 0}).server(0, trace_builder::error(0));
    odd.server(1, {opcode::pc, "alice", "", 0}).client(1, trace_builder::error(4)).server(0, trace_builder::error(4));
    EXPECT_EQ(odd.rules(), "CLI-3");
    judge_settings server;
    server.judges_clients = false;
    EXPECT_EQ(odd.rules(server), "");
}

TEST(Judge, untested_rules_are_inconclusive_and_choices_are_not_judged) {
    trace_builder quiet;
    quiet.login(0, "alice");
    EXPECT_EQ(quiet.verdict("CONN-1"), judge_verdict::pass);
    EXPECT_EQ(quiet.verdict("PC-1"), judge_verdict::inconclusive);
    for (const rule_verdict& verdict : quiet.judge_with().verdicts) {
        EXPECT_NE(find_rule(verdict.rule)->level, rule_level::choice) << verdict.rule;
        EXPECT_EQ(verdict.verdict == judge_verdict::inconclusive, !verdict.reason.empty()) << verdict.rule;
    }
}

TEST(Judge, time_grows_less_than_quadratically_with_sessions_of_one_pseudo) {
    trace_builder probes;
    constexpr std::size_t sessions = 20'000;
    for (std::size_t stream = 0; stream < sessions; ++stream) {
        probes.login(stream, "probe");
        probes.client(stream, {opcode::sma, "", "hello", 0}).server(stream, trace_builder::error(0));
        probes.end(stream, side::client).end(stream, side::server);
    }
    EXPECT_EQ(probes.rules(), "");
    EXPECT_EQ(probes.verdict("ALL-6"), judge_verdict::pass);
}

TEST(Judge, time_grows_less_than_quadratically_with_packets) {
    trace_builder busy = two_users();
    for (int count = 0; count < 20'000; ++count) {
        busy.client(0, trace_builder::spm("bob", "same")).server(1, trace_builder::spm("alice", "same"));
        busy.client(1, trace_builder::error(0)).server(0, trace_builder::error(0));
    }
    busy.ping(1).ping(0);
    EXPECT_EQ(busy.rules(), "");
    EXPECT_EQ(busy.verdict("PM-4"), judge_verdict::pass);
}

}  // namespace
}  // namespace chatos::conformance
