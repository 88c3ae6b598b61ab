#include "judge/court.hpp"

#include <chatos/display.hpp>

#include <algorithm>
#include <utility>

namespace chatos::conformance {
namespace {

constexpr std::size_t violations_max = 10'000;  // of one rule

}  // namespace

std::string_view ruling_name(ruling one) noexcept {
    switch (one) {
    case ruling::pass: return "pass";
    case ruling::fail: return "fail";
    case ruling::unknowable: return "unknowable";
    }
    return "";
}

court::court(const conversation& heard, const judge_settings& settings) : settings_{settings} {
    talks_.reserve(heard.talks.size());
    is_complete_ = settings.has_all_clients;
    for (const talk& one : heard.talks) {
        talks_.push_back(understand(one));
        const bool is_whole = one.by(speaker::client).is_trusted() && one.by(speaker::server).is_trusted();
        is_complete_ = is_complete_ && is_whole && !talks_.back().is_tunnel;
    }
    for (const heard_talk& one : talks_) {
        if (one.is_user()) {
            users_[one.pseudo].push_back(&one);
            claimants_[one.pseudo].push_back(&one);
        }
        for (const auto& [pseudo, frame] : one.open_claims) {
            claimants_[std::string{pseudo}].push_back(&one);
        }
    }
}

const std::vector<const heard_talk*>& court::users_named(const std::string& pseudo) const {
    static const std::vector<const heard_talk*> nobody;
    const auto found = users_.find(pseudo);
    return found == users_.end() ? nobody : found->second;
}

const heard_talk* court::holder(const std::string& pseudo, std::uint64_t from, std::uint64_t until) const {
    for (const heard_talk* one : users_named(pseudo)) {
        if (one->is_certain(from, until)) {
            return one;
        }
    }
    return nullptr;
}

bool court::may_be_held(const std::string& pseudo, std::uint64_t from, std::uint64_t until) const {
    const auto found = claimants_.find(pseudo);
    return found != claimants_.end() &&
           std::any_of(found->second.begin(), found->second.end(),
                       [&](const heard_talk* one) { return one->may_be(pseudo, from, until); });
}

bool court::may_be_timeout(const spoken& from, const spoken& answer, bool of_offer) const noexcept {
    const auto& limit = of_offer ? settings_.pc_timeout : settings_.answer_timeout;
    if (!limit || from.time_ns == 0 || answer.time_ns == 0) {
        return true;
    }
    return std::chrono::nanoseconds{answer.time_ns - from.time_ns} >= *limit;
}

void court::kept(std::string_view rule) {
    ++tallies_[rule].kept;
}

void court::undecided(std::string_view rule, const heard_talk& who, std::string_view why) {
    tally& one = tallies_[rule];
    if (one.undecided++ == 0) {
        one.reason = "stream " + std::to_string(who.of->stream) + ": " + std::string{why};
    }
}

void court::broken(std::string_view rule, const heard_talk& who, const spoken& shown, std::string expected,
                   std::string came) {
    blame({.rule = rule,
           .by = speaker::server,
           .stream = who.of->stream,
           .said_by = speaker::server,
           .frame = shown.frame,
           .time_ns = shown.time_ns,
           .offset = shown.offset,
           .expected = std::move(expected),
           .came = std::move(came)});
}

void court::broken_by_client(std::string_view rule, const heard_talk& who, const spoken& shown, std::string expected,
                             std::string came) {
    blame({.rule = rule,
           .by = speaker::client,
           .stream = who.of->stream,
           .said_by = speaker::client,
           .frame = shown.frame,
           .time_ns = shown.time_ns,
           .offset = shown.offset,
           .expected = std::move(expected),
           .came = std::move(came)});
}

void court::blame(violation what) {
    if (++tallies_[what.rule].broken <= violations_max) {
        violations_.push_back(std::move(what));
    }
}

judgement court::rule() {
    judgement made;
    std::stable_sort(violations_.begin(), violations_.end(),
                     [](const violation& left, const violation& right) { return left.frame < right.frame; });
    made.violations = std::move(violations_);
    for (const conformance::rule& one : all_rules()) {
        if (one.level == rule_level::choice) {
            continue;
        }
        const tally& seen = tallies_[one.id];
        rule_verdict verdict{.rule = one.id,
                             .checked = seen.kept,
                             .violations = seen.broken,
                             .undecided = seen.undecided,
                             .reason = seen.reason};
        if (seen.broken != 0) {
            verdict.verdict = ruling::fail;
            verdict.reason.clear();
        } else if (seen.undecided == 0 && seen.kept != 0) {
            verdict.verdict = ruling::pass;
        } else if (seen.undecided == 0) {
            verdict.reason = "nothing that it speaks of can be seen in this capture";
        }
        made.verdicts.push_back(std::move(verdict));
    }
    return made;
}

std::string quoted(const std::string& text) {
    constexpr std::size_t shown_bytes_max = 64;
    std::string made = "\"";
    std::size_t at = 0;
    while (at < text.size() && at < shown_bytes_max) {
        const display_piece piece = next_display_piece(std::string_view{text}.substr(at));
        made += piece.escaped_size != 0 ? std::string{piece.escaped.data(), piece.escaped_size}
                                        : text.substr(at, piece.consumed);
        at += piece.consumed;
    }
    made += '"';
    return at == text.size() ? made : made + "... (" + std::to_string(text.size()) + " bytes)";
}

std::string answer_text(std::uint8_t code) {
    return "ERROR " + std::to_string(code);
}

std::string described(const spoken& one, speaker by) {
    const bool from_server = by == speaker::server;
    switch (one.op) {
    case opcode::cr: return "CR " + quoted(one.pseudo);
    case opcode::rpm: return "RPM " + quoted(one.pseudo);
    case opcode::spm:
        return std::string{"SPM "} + (from_server ? "from " : "to ") + quoted(one.pseudo) + ", message " +
               quoted(one.message);
    case opcode::sma: return "SMA, message " + quoted(one.message);
    case opcode::pc: return std::string{"PC "} + (from_server ? "from " : "to ") + quoted(one.pseudo);
    case opcode::error: return answer_text(one.code);
    }
    return "";
}

judgement judge(const conversation& heard, const judge_settings& settings) {
    court before{heard, settings};
    check_deliveries(before);  // first: it finds out by when a request was processed
    check_requests(before);
    check_answers_to(before);
    check_bytes(before);
    check_clients(before);
    return before.rule();
}

}  // namespace chatos::conformance
