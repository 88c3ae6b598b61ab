#include "causes/causes.hpp"

#include "base/word_list.hpp"
#include "rules/rule.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace chatos::conformance {
namespace {

bool needs_a_cause(const scenario_report& report) {
    return report.ran && (report.verdict == verdict::fail || report.verdict == verdict::warn);
}

std::size_t place_of(std::string_view rule_id) {
    const auto rules = all_rules();
    const auto place = std::find_if(rules.begin(), rules.end(), [&](const rule& rule) { return rule.id == rule_id; });
    return static_cast<std::size_t>(place - rules.begin());
}

bool has_trace(const scenario_report& report) {
    return report.fresh && !report.fresh->left_by.empty();
}

/// Packets and registration come before what is built on them, and which delivery an answer belongs to before what
/// comes of it.
std::size_t area_rank(std::string_view rule_id) {
    return rule_id.starts_with("WIRE-") ? 0 : rule_id.starts_with("CONN-") ? 1 : rule_id == "FLOW-2" ? 2 : 3;
}

/// An answer that comes before its cause has come is seldom the right one either.
bool is_early(const scenario_report& report) {
    return report.outcome.failure && report.outcome.failure->observed.ends_with(", too early");
}

/// Whether the server had no room left.
bool lacked_room(const scenario_report& report) {
    const auto is_about_room = [](const std::string& rule) { return rule == "CONN-4" || rule == "CONN-9"; };
    return std::any_of(report.failed_rules.begin(), report.failed_rules.end(), is_about_room) ||
           (report.outcome.failure && report.outcome.failure->observed_hex == "06 02");
}

class cause_finder {
public:
    explicit cause_finder(const suite_report& report) : report_{report} {
        for (const scenario_report& result : report.scenarios) {
            if (needs_a_cause(result)) {
                unexplained_.push_back(&result);
            }
            controls_.insert(result.scenario->control);
        }
    }

    std::vector<cause> find() {
        explain_by_reading();
        explain_by_trace();
        explain_by_traffic();
        while (explain_by_circumstance()) {
        }
        explain_by_steps();
        for (cause& group : causes_) {
            sort_effects(group);
            describe(group);
        }
        std::array<std::size_t, 2> effects_most{};  // of strong causes, and of weak ones
        for (const cause& group : causes_) {
            std::size_t& most = effects_most[group.basis == cause_basis::step ? 1 : 0];
            most = std::max(most, group.effects.size());
        }
        const auto rank_of = [&](const cause& group) {
            return rank(group, effects_most[group.basis == cause_basis::step ? 1 : 0]);
        };
        std::stable_sort(causes_.begin(), causes_.end(),
                         [&](const cause& left, const cause& right) { return rank_of(left) < rank_of(right); });
        return std::move(causes_);
    }

private:
    using rank_type = std::tuple<bool, bool, bool, bool, std::size_t, int, std::size_t>;

    /// What explains far fewer failures than another is no reason to put off that one, even if it is about packets.
    static rank_type rank(const cause& group, std::size_t effects_most) {
        const bool is_weak = group.basis == cause_basis::step;
        const bool is_minor = 8 * group.effects.size() < effects_most;
        // Numbers that are nearly the same say nothing.
        const int size_class = static_cast<int>(std::bit_width(group.effects.size()));
        const auto early = std::count_if(group.effects.begin(), group.effects.end(),
                                         [](const scenario_report* effect) { return is_early(*effect); });
        const bool is_late = is_weak && 2 * static_cast<std::size_t>(early) < group.effects.size();
        return {is_weak,
                is_minor,
                group.worst != verdict::fail,
                is_late,
                is_weak ? 0 : area_rank(group.rule),
                -size_class,
                place_of(group.rule)};
    }

    cause& cause_for(const std::string& rule, cause_basis basis) {
        const auto same =
            std::find_if(causes_.begin(), causes_.end(), [&](const cause& other) { return other.rule == rule; });
        if (same != causes_.end()) {
            return *same;
        }
        causes_.push_back({.rule = rule,
                           .basis = basis,
                           .worst = verdict::warn,
                           .effects = {},
                           .why = {},
                           .hint = {},
                           .earlier = nullptr});
        return causes_.back();
    }

    static void add(cause& to, const scenario_report* effect) {
        to.effects.push_back(effect);
        to.worst = effect->verdict == verdict::fail ? verdict::fail : to.worst;
    }

    /// Where no packet is understood, nothing else can be told.
    void explain_by_reading() {
        if (!report_.other_reading || unexplained_.empty()) {
            return;
        }
        cause& to = cause_for(std::string{report_.other_reading->rule}, cause_basis::reading);
        to.why = report_.other_reading->text;
        to.hint = report_.other_reading->hint;
        for (const scenario_report* failed : unexplained_) {
            add(to, failed);
        }
        unexplained_.clear();
    }

    /// What passes alone fails for the sake of what an earlier scenario left behind when it was over: users, who count
    /// and are written to, or the room that they took.
    void explain_by_trace() {
        std::erase_if(unexplained_, [&](const scenario_report* failed) {
            if (!has_trace(*failed)) {
                return false;
            }
            cause& to = cause_for(lacked_room(*failed) ? "CONN-9" : "CONN-6", cause_basis::trace);
            if (to.earlier == nullptr) {
                to.earlier = failed->fresh->left_by.front();
                to.why = failed->scenario->id + ' ' + text_of(*failed->fresh);
                to.hint = "look for what stays when a connection ends in the way that " + to.earlier->id +
                          " ends one: a user, a slot, a lock, a timer, a delivery that nobody will answer";
            }
            add(to, failed);
            return true;
        });
    }

    void explain_by_traffic() {
        std::erase_if(unexplained_, [&](const scenario_report* failed) {
            const std::string& rule = failed->observed.broken_rule;
            if (!rule.empty()) {
                add(cause_for(rule, cause_basis::traffic), failed);
            }
            return !rule.empty();
        });
    }

    struct suspicion {
        circumstance which{};
        std::size_t failed{0};  ///< scenarios with the circumstance that nothing else explains
        std::size_t ran{0};     ///< these, and those with it that passed
    };

    /// What the unexplained failures have in common and scenarios that passed have not: the first, in the order of the
    /// enumeration, that nearly always failed; otherwise that which tells them best.
    [[nodiscard]] std::optional<suspicion> best_suspicion() const {
        std::optional<suspicion> best;
        for (std::size_t index = 0; index < circumstance_count; ++index) {
            const suspicion candidate = suspicion_of(static_cast<circumstance>(index));
            const double precision = static_cast<double>(candidate.failed) / static_cast<double>(candidate.ran);
            const double share = static_cast<double>(candidate.failed) / static_cast<double>(unexplained_.size());
            if (candidate.failed < 2 || precision < 0.5 || 2 * share_that_failed_without(candidate) > precision) {
                continue;
            }
            if (precision >= 0.75) {
                return candidate;
            }
            if (share >= 0.4 && (!best || candidate.failed > best->failed)) {
                best = candidate;
            }
        }
        return best;
    }

    /// Of the scenarios that lack the circumstance. Where everything fails, no circumstance is to blame.
    [[nodiscard]] double share_that_failed_without(const suspicion& suspected) const {
        std::size_t failed = 0;
        std::size_t ran = 0;
        for (const scenario_report& scenario : report_.scenarios) {
            const bool counts =
                scenario.ran && !scenario.observed.circumstances.test(static_cast<std::size_t>(suspected.which));
            failed += counts && is_unexplained(scenario) ? 1 : 0;
            ran += counts ? 1 : 0;
        }
        return ran == 0 ? 0 : static_cast<double>(failed) / static_cast<double>(ran);
    }

    [[nodiscard]] suspicion suspicion_of(circumstance which) const {
        suspicion result{.which = which};
        for (const scenario_report& scenario : report_.scenarios) {
            if (!scenario.ran || !scenario.observed.circumstances.test(static_cast<std::size_t>(which))) {
                continue;
            }
            const bool failed = is_unexplained(scenario);
            result.failed += failed ? 1 : 0;
            result.ran += failed || scenario.verdict == verdict::pass ? 1 : 0;
        }
        return result;
    }

    [[nodiscard]] bool is_unexplained(const scenario_report& result) const {
        return std::find(unexplained_.begin(), unexplained_.end(), &result) != unexplained_.end();
    }

    bool explain_by_circumstance() {
        const std::optional<suspicion> best = best_suspicion();
        if (!best) {
            return false;
        }
        const circumstance_description& description = description_of(best->which);
        cause& to = cause_for(std::string{description.rule}, cause_basis::circumstance);
        if (to.basis == cause_basis::circumstance && to.why.empty()) {
            to.why = std::to_string(best->failed) + " of " + std::to_string(best->ran) + " scenarios " +
                     std::string{description.text} + " failed in this way";
            to.hint = description.hint;
        }
        std::erase_if(unexplained_, [&](const scenario_report* failed) {
            const bool has = failed->observed.circumstances.test(static_cast<std::size_t>(best->which));
            if (has) {
                add(to, failed);
            }
            return has;
        });
        return true;
    }

    void explain_by_steps() {
        for (const scenario_report* failed : unexplained_) {
            add(cause_for(failed->failed_rules.empty() ? failed->scenario->rules.front() : failed->failed_rules.front(),
                          cause_basis::step),
                failed);
        }
        unexplained_.clear();
    }

    /// The smallest one that is about the rule is where to begin.
    void sort_effects(cause& group) const {
        const auto order = [&](const scenario_report* effect) {
            const std::vector<std::string>& rules = effect->scenario->rules;
            const auto& failed = effect->failed_rules;
            const bool is_blamed = std::find(failed.begin(), failed.end(), group.rule) != failed.end();
            const bool is_about = std::find(rules.begin(), rules.end(), group.rule) != rules.end();
            return std::tuple{!is_blamed, !is_about, effect->verdict != group.worst,
                              !controls_.contains(effect->scenario->id), effect->scenario->steps.size()};
        };
        std::stable_sort(
            group.effects.begin(), group.effects.end(),
            [&](const scenario_report* left, const scenario_report* right) { return order(left) < order(right); });
    }

    static void describe(cause& group) {
        const scenario_report& first = group.first_effect();
        // What shows it by itself is a better place to begin.
        if (group.earlier != nullptr && !has_trace(first)) {
            group.earlier = nullptr;
            group.why.clear();
            group.hint.clear();
        }
        if (group.why.empty() && first.observed.broken_rule == group.rule) {
            group.why = "expected " + first.observed.expected + "; came " + first.observed.actual;
        }
        if (group.why.empty()) {
            group.why = first.why;
        }
        if (group.hint.empty()) {
            group.hint = first.hint;
        }
    }

    const suite_report& report_;
    std::vector<const scenario_report*> unexplained_;
    std::set<std::string> controls_;
    std::vector<cause> causes_;
};

}  // namespace

std::vector<cause> causes_of(const suite_report& report) {
    return cause_finder{report}.find();
}

}  // namespace chatos::conformance
