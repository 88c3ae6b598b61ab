#include "judge/judgement.hpp"
#include "model/fault.hpp"
#include "model/variant.hpp"
#include "testing/watched_model.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

namespace chatos::conformance {
namespace {

using testing::watched_model;
using testing::watched_settings;

std::string told(const judgement& made) {
    std::string text;
    for (const violation& one : made.violations) {
        text += std::string{one.rule} + " stream " + std::to_string(one.stream) + " frame " +
                std::to_string(one.frame) + ": expected " + one.expected + "; came " + one.came + "\n";
    }
    return text;
}

judge_settings server_only(bool has_all_clients) {
    judge_settings made;
    made.judges_clients = false;
    made.has_all_clients = has_all_clients;
    return made;
}

void expect_innocent(const watched_settings& settings, const std::string& what) {
    const conversation heard = watched_model{settings}.run();
    for (const bool all : {false, true}) {
        judge_settings judged = server_only(all);
        judged.judges_clients = !settings.wild;
        const judgement made = judge(heard, judged);
        ASSERT_TRUE(made.violations.empty()) << what << ", seed " << settings.seed << (settings.wild ? ", wild" : "")
                                             << (all ? ", all clients" : "") << "\n"
                                             << told(made);
    }
}

TEST(Judge, blames_nobody_who_keeps_the_rules_whatever_others_do) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        for (const bool wild : {false, true}) {
            watched_settings settings;
            settings.seed = seed;
            settings.wild = wild;
            settings.near_server = seed % 3 == 0;
            expect_innocent(settings, "the model");
        }
    }
}

TEST(Judge, blames_no_legal_variant) {
    for (const variant_entry& one : all_variants()) {
        for (std::uint64_t seed = 1; seed <= 8; ++seed) {
            watched_settings settings;
            settings.seed = seed;
            settings.wild = seed % 2 == 0;
            settings.near_server = seed % 3 == 0;
            settings.server.wire.variants.add(one.id);
            expect_innocent(settings, std::string{one.name});
        }
    }
}

/// The rules that the judge sees broken by a server with this fault, in a few random conversations.
std::set<std::string_view> rules_seen_broken(const fault_entry& one, bool has_all_clients) {
    std::set<std::string_view> rules;
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        watched_settings settings;
        settings.seed = seed;
        settings.wild = seed % 2 == 0;
        settings.server.wire.faults.add(one.id);
        for (const violation& each : judge(watched_model{settings}.run(), server_only(has_all_clients)).violations) {
            rules.insert(each.rule);
        }
    }
    return rules;
}

// What any conversation may show of a fault, whoever else may have been there.
constexpr std::string_view seen_in_any_capture[] = {
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

// What shows only where nobody else can be the cause.
constexpr std::string_view seen_with_all_clients[] = {
    "pseudo-kept-after-close", "pseudo-kept-after-malformed", "rpm-to-nobody-gets-ok",
    "pc-to-nobody-gets-ok",    "pc-to-nobody-gets-refused",
};

TEST(Judge, finds_faults_of_servers_and_names_the_rule) {
    for (const std::string_view name : seen_in_any_capture) {
        const fault_entry* const one = find_fault(name);
        ASSERT_NE(one, nullptr) << name;
        EXPECT_TRUE(rules_seen_broken(*one, false).contains(one->rule)) << name << " breaks " << one->rule;
    }
    for (const std::string_view name : seen_with_all_clients) {
        const fault_entry* const one = find_fault(name);
        ASSERT_NE(one, nullptr) << name;
        EXPECT_TRUE(rules_seen_broken(*one, true).contains(one->rule)) << name << " breaks " << one->rule;
        EXPECT_FALSE(rules_seen_broken(*one, false).contains(one->rule)) << name;
    }
}

/// A conversation written down: each call is the next frame.
class written {
public:
    written& client(std::size_t stream, const model_packet& packet) { return say(stream, speaker::client, packet); }
    written& server(std::size_t stream, const model_packet& packet) { return say(stream, speaker::server, packet); }
    written& login(std::size_t stream, const std::string& pseudo) {
        return client(stream, {opcode::cr, pseudo, "", 0}).server(stream, error(0));
    }
    written& ends(std::size_t stream, speaker who, ending how = ending::fin) {
        talk_of(stream).by(who).end = how;
        talk_of(stream).by(who).end_frame = ++heard_.frames;
        return *this;
    }
    /// Proof that this client was there and all about it is known: it asks something and is answered.
    written& asks(std::size_t stream) { return client(stream, rpm("nobody")).server(stream, error(4)); }
    written& loses(std::size_t stream, speaker who) {
        utterances& said = talk_of(stream).by(who);
        said.distrust(said.packets.empty() ? 0 : said.packets.back().offset + said.packets.back().length, "a gap");
        return *this;
    }

    static model_packet error(std::uint8_t code) { return {opcode::error, "", "", code}; }
    static model_packet rpm(const std::string& pseudo) { return {opcode::rpm, pseudo, "", 0}; }
    static model_packet spm(const std::string& pseudo, const std::string& message) {
        return {opcode::spm, pseudo, message, 0};
    }

    [[nodiscard]] judgement judged(judge_settings settings = {}) const { return judge(heard_, settings); }
    [[nodiscard]] std::string rules(judge_settings settings = {}) const {
        std::string text;
        for (const violation& one : judged(settings).violations) {
            text += (text.empty() ? "" : " ") + std::string{one.rule};
        }
        return text;
    }
    [[nodiscard]] ruling verdict(std::string_view rule, judge_settings settings = {}) const {
        for (const rule_verdict& one : judged(settings).verdicts) {
            if (one.rule == rule) {
                return one.verdict;
            }
        }
        ADD_FAILURE() << "no verdict on " << rule;
        return ruling::unknowable;
    }

private:
    talk& talk_of(std::size_t stream) {
        while (heard_.talks.size() <= stream) {
            const auto number = static_cast<std::uint32_t>(heard_.talks.size());
            heard_.talks.emplace_back().stream = number;
        }
        return heard_.talks[stream];
    }
    written& say(std::size_t stream, speaker who, const model_packet& packet) {
        utterances& said = talk_of(stream).by(who);
        const std::uint64_t offset = said.packets.empty() ? 0 : said.packets.back().offset + said.packets.back().length;
        said.packets.push_back({.frame = ++heard_.frames,
                                .time_ns = static_cast<std::int64_t>(heard_.frames) * 1'000'000,
                                .offset = offset,
                                .length = write_packet(packet, {}).size(),
                                .op = packet.op,
                                .code = packet.code,
                                .pseudo = packet.pseudo,
                                .message = packet.message});
        return *this;
    }

    conversation heard_;
};

/// alice and bob are there, and alice may write to bob.
written two_users() {
    written made;
    made.login(0, "alice").login(1, "bob").client(0, written::rpm("bob")).server(0, written::error(0));
    return made;
}

TEST(Judge, an_answer_before_the_recipients_breaks_pm_4) {
    written early = two_users();
    early.client(0, written::spm("bob", "hi")).server(1, written::spm("alice", "hi")).server(0, written::error(0));
    EXPECT_EQ(early.rules(), "") << "bob's answer may be in no frame";
    EXPECT_EQ(early.verdict("PM-4"), ruling::unknowable);
    early.asks(1);
    EXPECT_EQ(early.rules(), "PM-4");
    const judgement made = early.judged();
    ASSERT_EQ(made.violations.size(), 1U);
    EXPECT_EQ(made.violations[0].stream, 0U);
    EXPECT_EQ(made.violations[0].frame, 9U);
    EXPECT_EQ(made.violations[0].offset, 4U);
    EXPECT_EQ(made.violations[0].expected, "nothing before stream 1 has answered");
    EXPECT_EQ(made.violations[0].came, "ERROR 0");
}

TEST(Judge, what_a_gap_hides_is_unknowable) {
    written early = two_users();
    early.client(0, written::spm("bob", "hi")).server(1, written::spm("alice", "hi")).loses(1, speaker::client);
    early.server(0, written::error(0)).asks(1);
    EXPECT_EQ(early.rules(), "");
    EXPECT_EQ(early.verdict("PM-4"), ruling::unknowable);
    EXPECT_EQ(early.verdict("FLOW-1"), ruling::unknowable);
}

TEST(Judge, a_time_out_explains_an_error_4_unless_the_limit_is_known) {
    written late = two_users();
    late.client(0, written::spm("bob", "hi")).server(1, written::spm("alice", "hi")).server(0, written::error(4));
    late.client(1, written::error(0)).asks(1);
    EXPECT_EQ(late.rules(), "");
    EXPECT_EQ(late.verdict("PM-8"), ruling::unknowable);
    judge_settings limited;
    limited.answer_timeout = std::chrono::milliseconds{5'000};
    EXPECT_EQ(late.rules(limited), "PM-4");
    limited.answer_timeout = std::chrono::milliseconds{2};
    EXPECT_EQ(late.rules(limited), "");
}

TEST(Judge, ok_for_a_recipient_who_left_without_a_word_breaks_pm_7) {
    written gone = two_users();
    gone.client(0, written::spm("bob", "hi")).server(1, written::spm("alice", "hi"));
    gone.ends(1, speaker::client).server(0, written::error(0)).asks(0);
    EXPECT_EQ(gone.rules(), "PM-7");
}

TEST(Judge, a_favourable_rpm_ends_with_the_session_it_was_for) {
    written next = two_users();
    next.ends(1, speaker::client).ends(1, speaker::server).login(2, "bob");
    next.client(0, written::spm("bob", "hi")).server(2, written::spm("alice", "hi")).client(2, written::error(0));
    next.server(0, written::error(0)).asks(2).asks(0);
    EXPECT_EQ(next.rules(), "PM-10");
}

TEST(Judge, who_registers_after_a_message_to_all_does_not_get_it) {
    written late;
    late.login(0, "alice")
        .login(1, "bob")
        .client(0, {opcode::sma, "", "hello", 0})
        .server(1, written::spm("alice", "hello"));
    late.client(1, written::error(0))
        .server(0, written::error(0))
        .login(2, "carol")
        .server(2, written::spm("alice", "hello"));
    late.asks(0).asks(1);
    EXPECT_EQ(late.rules(), "ALL-8");
}

TEST(Judge, a_user_who_is_not_in_the_capture_explains_much) {
    written lonely;
    lonely.login(0, "alice").client(0, written::rpm("bob")).server(0, written::error(0)).asks(0);
    EXPECT_EQ(lonely.rules(), "");
    EXPECT_EQ(lonely.verdict("PM-2"), ruling::unknowable);
    judge_settings all;
    all.has_all_clients = true;
    EXPECT_EQ(lonely.rules(all), "PM-2");
}

TEST(Judge, two_holders_of_a_pseudo_break_conn_2) {
    written twice;
    twice.login(0, "alice").login(1, "alice").asks(0);
    EXPECT_EQ(twice.rules(), "CONN-2");
    written swapped;  // the first may have left before the second came
    swapped.login(0, "alice").login(1, "alice");
    EXPECT_EQ(swapped.rules(), "");
}

TEST(Judge, clients_are_judged_by_what_they_sent_too_early) {
    written hasty;
    hasty.client(0, written::rpm("bob")).server(0, written::error(5));
    EXPECT_EQ(hasty.rules(), "CLI-1");
    written unasked;
    unasked.login(0, "alice").login(1, "bob").client(0, written::spm("bob", "hi")).server(0, written::error(5)).asks(0);
    EXPECT_EQ(unasked.rules(), "CLI-4");
    written pipelining;
    pipelining.login(0, "alice").client(0, written::rpm("x")).client(0, written::rpm("y")).server(0, written::error(4));
    EXPECT_EQ(pipelining.rules(), "CLI-5");
    written stray;
    stray.login(0, "alice").client(0, written::error(0)).asks(0);
    EXPECT_EQ(stray.rules(), "CLI-2");
    written odd;
    odd.login(0, "alice").login(1, "bob").client(0, {opcode::pc, "bob", "", 0}).server(0, written::error(0));
    odd.server(1, {opcode::pc, "alice", "", 0}).client(1, written::error(4)).server(0, written::error(4));
    EXPECT_EQ(odd.rules(), "CLI-3");
    judge_settings server;
    server.judges_clients = false;
    EXPECT_EQ(odd.rules(server), "");
}

TEST(Judge, rules_that_nothing_was_seen_of_are_unknowable_and_choices_are_not_judged) {
    written quiet;
    quiet.login(0, "alice");
    EXPECT_EQ(quiet.verdict("CONN-1"), ruling::pass);
    EXPECT_EQ(quiet.verdict("PC-1"), ruling::unknowable);
    for (const rule_verdict& one : quiet.judged().verdicts) {
        EXPECT_NE(find_rule(one.rule)->level, rule_level::choice) << one.rule;
        EXPECT_EQ(one.verdict == ruling::unknowable, !one.reason.empty()) << one.rule;
    }
}

TEST(Judge, many_packets_take_no_time_that_grows_with_their_square) {
    written busy = two_users();
    for (int count = 0; count < 20'000; ++count) {
        busy.client(0, written::spm("bob", "same")).server(1, written::spm("alice", "same"));
        busy.client(1, written::error(0)).server(0, written::error(0));
    }
    busy.asks(1).asks(0);
    EXPECT_EQ(busy.rules(), "");
    EXPECT_EQ(busy.verdict("PM-4"), ruling::pass);
}

}  // namespace
}  // namespace chatos::conformance
