#include "runner/judgment.hpp"

#include "rules/rule.hpp"
#include "scenario/scenario_pattern.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

constexpr std::string_view death_hint =
    "no input may end the process: look at its last lines, and run it under a debugger or AddressSanitizer with the "
    "command below. A write to a connection that is gone raises SIGPIPE unless it is ignored";
constexpr std::string_view silence_hint =
    "the process lives but no longer answers any client, new connections included: does it wait for one client (a "
    "blocking read, a lock that is never released), or spin?";
constexpr std::string_view client_silence_hint =
    "the client connects and sends nothing: its first packet is a CR with its pseudo, which it sends unprompted";
constexpr std::string_view segment_hint =
    "one read may return part of a packet, or several: collect bytes until a packet is complete, and keep those after "
    "it for the next";
constexpr std::string_view stale_hint = "good news: the entry under \"known_failures\" is out of date";

bool contains(const std::vector<std::string>& ids, std::string_view id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

void blame(judgment& result, std::string_view rule_id) {
    if (!contains(result.failed_rules, rule_id)) {
        result.failed_rules.emplace_back(rule_id);
    }
}

/// No input may end a server, nor may any crash a client.
std::string_view death_rule(test_role role) noexcept {
    return role == test_role::server ? "ERR-3" : "CLI-8";
}

std::string_view segment_text(segmentation value) noexcept {
    return value == segmentation::bytes        ? "sent byte by byte"
           : value == segmentation::boundaries ? "sent packet by packet"
                                               : "sent whole";
}

bool is_about(const known_failure& known, const scenario& scenario) {
    return known.scenario.empty() || glob_matches(known.scenario, scenario.id);
}

bool are_known(const scenario& scenario, const std::vector<std::string>& rule_ids, const judging_options& options) {
    return std::all_of(rule_ids.begin(), rule_ids.end(), [&](const std::string& id) {
        return std::any_of(options.known_failures.begin(), options.known_failures.end(),
                           [&](const known_failure& known) { return known.rule == id && is_about(known, scenario); });
    });
}

/// By name, whatever it blames and even if the implementation dies.
bool is_known_to_fail(const scenario& scenario, const judging_options& options) {
    return std::any_of(options.known_failures.begin(), options.known_failures.end(),
                       [&](const known_failure& known) { return known.rule.empty() && is_about(known, scenario); });
}

bool are_recommendations(const std::vector<std::string>& rule_ids) {
    return std::all_of(rule_ids.begin(), rule_ids.end(), [](const std::string& id) {
        const rule* known_rule = find_rule(id);
        return known_rule != nullptr && known_rule->level == rule_level::should;
    });
}

judgment prevented(verdict verdict, std::string why) {
    return {verdict, {}, std::move(why), {}};
}

std::optional<judgment> judge_control(const scenario& scenario, const obstacles& obstacles) {
    const std::string control = "its control " + scenario.control;
    if (obstacles.control_is_missing) {
        return prevented(verdict::not_testable, control + " does not exist");
    }
    const verdict value = obstacles.control.value_or(verdict::pass);
    const std::string name{verdict_name(value)};
    switch (value) {
    case verdict::pass:
    case verdict::warn: return std::nullopt;
    case verdict::unsupported:
    case verdict::known_failure: return prevented(value, control + " is " + name);
    case verdict::fail:
    case verdict::not_testable:
    case verdict::stale: break;
    }
    return prevented(verdict::not_testable, control + " did not pass (" + name + ")");
}

std::optional<judgment> judge_obstacles(const scenario& scenario, const obstacles& obstacles) {
    const std::string role{role_name(scenario.role)};
    if (obstacles.stopped) {
        return prevented(verdict::not_testable, "not run: " + *obstacles.stopped);
    }
    if (obstacles.gone) {
        return prevented(verdict::not_testable, "the implementation was gone: " + *obstacles.gone);
    }
    if (obstacles.role) {
        return prevented(verdict::unsupported,
                         "judges a " + role + ", and this is a " + std::string{role_name(*obstacles.role)});
    }
    if (obstacles.lacks_extension) {
        return prevented(verdict::unsupported, "is about the extension \"" + scenario.extension + "\"; if the " + role +
                                                   " has it, say so under \"extensions\" in a profile");
    }
    if (obstacles.lack) {
        return prevented(verdict::unsupported, *obstacles.lack);
    }
    return judge_control(scenario, obstacles);
}

/// What is worse than a broken rule: the implementation died, went away or fell silent. True if it did.
bool judge_breakdown(const scenario& scenario, const run_evidence& run, judgment& result) {
    const std::string role{role_name(scenario.role)};
    if (run.death) {
        result.why = "the " + role + " died during this scenario (" + *run.death + ")" +
                     (result.why.empty() ? "" : "; ") + result.why;
        result.hint = death_hint;
        blame(result, death_rule(scenario.role));
        return true;
    }
    if (run.failure->no_connection) {
        result.why = (run.unreachable ? "the implementation went away; " : "") + result.why;
        return true;
    }
    if (run.failure->by_silence && run.silent) {
        result.why += "; the " + role + " has fallen silent";
        result.hint = scenario.role == test_role::server ? silence_hint : client_silence_hint;
        return true;
    }
    return false;
}

judgment judge_run(const scenario& scenario, const run_evidence& run, const judging_options& options) {
    judgment result;
    if (!run.failure && !run.death) {
        return result;
    }
    if (run.failure) {
        result.failed_rules.push_back(run.failure->rule);
        result.why = "expected: " + run.failure->expected + "; seen: " + run.failure->observed;
        result.hint = run.failure->hint;
    }
    if (judge_breakdown(scenario, run, result)) {
        result.verdict = verdict::fail;
    } else if (are_known(scenario, result.failed_rules, options)) {
        result.verdict = verdict::known_failure;
    } else {
        result.verdict = are_recommendations(result.failed_rules) && !options.strict ? verdict::warn : verdict::fail;
    }
    return result;
}

/// A failure in a variant of the first run is the scenario's verdict. Another segmentation blames the rule on it.
judgment judge_variant(const scenario& scenario, const variant_evidence& variant, const judging_options& options) {
    judgment result = judge_run(scenario, variant.run, options);
    if (variant.is_order) {
        result.why = "passes in the scenario's own order, but not in this order of turns: " + result.why;
        return result;
    }
    result.why = "passes when " + std::string{segment_text(variant.first)} + ", but not when " +
                 std::string{segment_text(variant.segment)} + ": " + result.why;
    result.hint = segment_hint;
    const bool died = contains(result.failed_rules, death_rule(scenario.role));
    result.failed_rules = {scenario.role == test_role::server ? "WIRE-13" : "CLI-7"};
    if (died) {
        blame(result, death_rule(scenario.role));
    }
    result.verdict = are_known(scenario, result.failed_rules, options) ? verdict::known_failure : verdict::fail;
    return result;
}

}  // namespace

std::string_view verdict_name(verdict value) noexcept {
    switch (value) {
    case verdict::pass: return "pass";
    case verdict::fail: return "fail";
    case verdict::warn: return "warn";
    case verdict::not_testable: return "not-testable";
    case verdict::unsupported: return "unsupported";
    case verdict::known_failure: return "known-failure";
    case verdict::stale: return "stale";
    }
    return "";
}

bool fails_the_run(verdict value) noexcept {
    return value == verdict::fail || value == verdict::not_testable || value == verdict::stale;
}

judgment judge(const scenario& scenario, const evidence& evidence, const judging_options& options) {
    if (const auto prevented_run = judge_obstacles(scenario, evidence.obstacles)) {
        return *prevented_run;
    }
    judgment result = evidence.variant ? judge_variant(scenario, *evidence.variant, options)
                                       : judge_run(scenario, evidence.run, options);
    if (evidence.late_death && result.verdict != verdict::fail) {
        result.verdict = verdict::fail;
        result.why =
            "the " + std::string{role_name(scenario.role)} + " died after this scenario (" + *evidence.late_death + ")";
        result.hint = death_hint;
        blame(result, death_rule(scenario.role));
    }
    if ((result.verdict == verdict::fail || result.verdict == verdict::warn) && is_known_to_fail(scenario, options)) {
        result.verdict = verdict::known_failure;
    }
    if (evidence.kept && result.verdict == verdict::pass) {
        const known_failure& known = *evidence.kept;
        const std::string name = known.scenario.empty() ? known.rule : known.scenario;
        result.verdict = verdict::stale;
        result.why = "the profile calls " + name + " a known failure (" + known.reason + "), but it " +
                     (known.scenario.empty() ? "holds" : "passes") + "; remove the entry" +
                     (known.place.empty() ? "" : " at " + known.place);
        result.hint = stale_hint;
    }
    return result;
}

}  // namespace chatos::conformance
