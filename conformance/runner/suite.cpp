#include "runner/suite.hpp"

#include "rules/rule.hpp"
#include "runner/waiting.hpp"

#include <algorithm>
#include <set>

namespace chatos::conformance {
namespace {

constexpr std::string_view death_hint =
    "no input may end the process: look at its last lines, and run it under a debugger or AddressSanitizer with the "
    "command below. A write to a connection that is gone raises SIGPIPE unless it is ignored";
constexpr std::string_view silence_hint =
    "the process lives and answers nobody any more, new connections included: does it wait for one client (a blocking "
    "read, a lock that is never released), or spin?";

class suite_run {
public:
    suite_run(std::span<const scenario* const> selected, std::span<const scenario> all, implementation& under_test,
              const suite_options& options)
        : all_{all}, under_test_{under_test}, options_{options}, budget_{options.time_factor} {
        report_.implementation_name = under_test.name();
        add_with_controls(selected);
    }

    suite_report run() {
        for (const std::size_t index : running_order()) {
            run_with_control(index);
        }
        blame_late_death();
        forget_traffic();
        mark_stale();
        return std::move(report_);
    }

private:
    /// A control that was not selected runs as well, before what depends on it.
    void add_with_controls(std::span<const scenario* const> selected) {
        std::set<const scenario*> added;
        std::size_t controls = 0;
        for (const scenario* one : selected) {
            std::vector<const scenario*> chain;
            for (const scenario* at = one; at != nullptr && added.insert(at).second; at = control_of(*at)) {
                chain.push_back(at);
                controls += at == one || std::find(selected.begin(), selected.end(), at) != selected.end() ? 0 : 1;
            }
            for (auto at = chain.rbegin(); at != chain.rend(); ++at) {
                scenario_report made;
                made.what = *at;
                report_.scenarios.push_back(std::move(made));
            }
        }
        decided_.resize(report_.scenarios.size(), false);
        if (controls != 0) {
            report_.notes.push_back(std::to_string(controls) + (controls == 1 ? " scenario runs" : " scenarios run") +
                                    " as a control of the selected ones");
        }
    }

    [[nodiscard]] const scenario* control_of(const scenario& one) const {
        const auto found =
            std::find_if(all_.begin(), all_.end(), [&](const scenario& other) { return other.id == one.control; });
        return found == all_.end() ? nullptr : &*found;
    }

    /// Those that need the same options one after the other, so that the server is started as seldom as possible.
    [[nodiscard]] std::vector<std::size_t> running_order() const {
        std::vector<std::size_t> order(report_.scenarios.size());
        for (std::size_t index = 0; index < order.size(); ++index) {
            order[index] = index;
        }
        std::stable_sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
            return report_.scenarios[left].what->needs < report_.scenarios[right].what->needs;
        });
        return order;
    }

    void run_with_control(std::size_t index) {
        if (decided_[index]) {
            return;
        }
        decided_[index] = true;
        scenario_report& made = report_.scenarios[index];
        if (report_.gone) {
            judge_gone(made);
            return;
        }
        if (const auto option = under_test_.missing_option(made.what->needs)) {
            made.judged = verdict::unsupported;
            made.why = "needs the server to be started with " + *option + "; say how under \"options\" in a profile";
            return;
        }
        if (!made.what->control.empty()) {
            const std::size_t control = index_of(made.what->control);
            if (control == report_.scenarios.size()) {
                judge_not_testable(made, "its control " + made.what->control + " does not exist");
                return;
            }
            run_with_control(control);
            const verdict judged = report_.scenarios[control].judged;
            if (report_.gone) {
                judge_gone(made);
                return;
            }
            if (judged == verdict::unsupported || judged == verdict::known_failure) {
                made.judged = judged;
                made.why = "its control " + made.what->control + " is " + std::string{verdict_name(judged)};
                return;
            }
            if (judged != verdict::pass && judged != verdict::warn) {
                judge_not_testable(made, "its control " + made.what->control + " did not pass (" +
                                             std::string{verdict_name(judged)} + ")");
                return;
            }
        }
        run_one(made);
    }

    [[nodiscard]] std::size_t index_of(const std::string& id) const {
        const auto found = std::find_if(report_.scenarios.begin(), report_.scenarios.end(),
                                        [&](const scenario_report& one) { return one.what->id == id; });
        return static_cast<std::size_t>(found - report_.scenarios.begin());
    }

    static void judge_not_testable(scenario_report& made, std::string why) {
        made.judged = verdict::not_testable;
        made.why = std::move(why);
    }

    void judge_gone(scenario_report& made) const {
        judge_not_testable(made, "the implementation was gone: " + *report_.gone);
    }

    void run_one(scenario_report& made) {
        if (options_.progress) {
            options_.progress(executed_, report_.scenarios.size(), *made.what);
        }
        blame_late_death();
        if (const auto error = under_test_.make_ready(made.what->needs)) {
            lose_implementation(*error);
            judge_gone(made);
            return;
        }
        // Between the look above and the one of make_ready() it may have ended, too.
        if (const auto death = under_test_.replaced_death()) {
            (void)blame_death_on_last_run(*death);
        }
        execute(made);
    }

    /// A process that has ended since the last scenario did so because of that one: otherwise it would be started again
    /// as if nothing had happened.
    void blame_late_death() {
        const auto death = under_test_.death();
        if (death && blame_death_on_last_run(*death)) {
            last_run_->server_output = under_test_.last_output();
            under_test_.discard();
        }
    }

    /// False when the last one has failed anyway.
    bool blame_death_on_last_run(const std::string& death) {
        if (last_run_ == nullptr || last_run_->judged == verdict::fail) {
            return false;
        }
        last_run_->judged = verdict::fail;
        last_run_->why = "the server died after this scenario (" + death + ")";
        last_run_->hint = death_hint;
        blame(*last_run_, "ERR-3");
        return true;
    }

    void lose_implementation(const std::string& why) {
        report_.gone = why;
        report_.gone_output = under_test_.last_output();
    }

    void execute(scenario_report& made) {
        const patience times = budget_.now();
        const bool was_exhausted = budget_.is_exhausted();
        forget_traffic();
        made.started = std::chrono::system_clock::now();
        execution run{*made.what, pseudonyms{options_.run_tag + '-' + std::to_string(executed_)}, times};
        run_over_tcp(run, under_test_.address());
        ++executed_;
        made.ran = true;
        last_run_ = &made;
        made.seen = run.take_outcome();
        budget_.learn(made.seen);
        if (budget_.is_exhausted() && !was_exhausted) {
            report_.notes.emplace_back(
                "the server kept the suite waiting for 20 s in all; from there on it waited 250 ms at "
                "most for an answer");
        }
        for (const auto& [rule_id, what] : made.seen.choices) {
            remember_choice(rule_id, what);
        }
        judge(made, times);
    }

    /// Of the last one, once it can no longer be blamed for anything.
    void forget_traffic() const {
        if (last_run_ != nullptr && (last_run_->judged == verdict::pass || !options_.keep_traffic)) {
            last_run_->seen.traffic = {};
        }
    }

    /// A rule may leave several things open, and a server may do different things at different times: all are kept.
    void remember_choice(const std::string& rule_id, const std::string& what) {
        std::string& known = report_.choices[rule_id];
        if ((", " + known + ", ").find(", " + what + ", ") == std::string::npos) {
            known += (known.empty() ? "" : ", ") + what;
        }
    }

    void judge(scenario_report& made, const patience& times) {
        const std::string pseudo = "probe-" + options_.run_tag + '-' + std::to_string(executed_);
        const bool may_be_dying = made.seen.failure && !made.seen.failure->by_silence;
        const auto death = may_be_dying ? under_test_.death_behind_failure(pseudo, times.answer) : under_test_.death();
        if (!made.seen.failure && !death) {
            return;
        }
        made.server_output = under_test_.last_output();
        bool fatal = false;
        if (made.seen.failure) {
            const step_failure& failure = *made.seen.failure;
            made.failed_rules.push_back(failure.rule);
            made.why = "expected: " + failure.expected + "; seen: " + failure.seen;
            made.hint = failure.hint;
        }
        if (death) {
            fatal = true;
            made.why =
                "the server died during this scenario (" + *death + ")" + (made.why.empty() ? "" : "; ") + made.why;
            made.hint = death_hint;
            blame(made, "ERR-3");
        } else if (made.seen.failure->no_connection) {
            fatal = true;
            if (const auto error = under_test_.make_ready(made.what->needs)) {
                lose_implementation(*error);
                made.why = "the implementation went away; " + made.why;
            }
        } else if (made.seen.failure->by_silence) {
            fatal = !made.seen.server_spoke || !answers_anything(under_test_.address(), pseudo, times.answer);
            made.why += fatal ? "; the server has fallen silent" : "";
            made.hint = fatal ? std::string{silence_hint} : made.hint;
            if (fatal && !accepts_connections(under_test_.address(), times.answer)) {
                check_gone(made);
            }
        } else {
            check_gone(made);
        }
        made.judged = fatal ? verdict::fail : verdict_of(made.failed_rules);
        if (!fatal && is_known(made.failed_rules)) {
            made.judged = verdict::known_failure;
        }
        // Whatever state the failure left behind must not be held against the next scenario. One that never says
        // anything is spared the time that starting it takes.
        if (death || !budget_.is_mute()) {
            under_test_.discard();
        }
    }

    /// A target that no longer accepts connections cannot be judged any further.
    void check_gone(scenario_report& made) {
        if (!under_test_.death() && dynamic_cast<running_target*>(&under_test_) != nullptr) {
            if (const auto error = under_test_.make_ready(made.what->needs)) {
                lose_implementation(*error);
            }
        }
    }

    static void blame(scenario_report& made, const std::string& rule_id) {
        if (std::find(made.failed_rules.begin(), made.failed_rules.end(), rule_id) == made.failed_rules.end()) {
            made.failed_rules.push_back(rule_id);
        }
    }

    [[nodiscard]] verdict verdict_of(const std::vector<std::string>& failed_rules) const {
        const bool only_should = std::all_of(failed_rules.begin(), failed_rules.end(), [](const std::string& id) {
            const rule* found = find_rule(id);
            return found != nullptr && found->level == rule_level::should;
        });
        return only_should && !options_.strict ? verdict::warn : verdict::fail;
    }

    [[nodiscard]] bool is_known(const std::vector<std::string>& failed_rules) const {
        return std::all_of(failed_rules.begin(), failed_rules.end(), [&](const std::string& id) {
            return std::any_of(options_.known_failures.begin(), options_.known_failures.end(),
                               [&](const known_failure& known) { return known.rule == id; });
        });
    }

    /// A rule that is called broken, was tested, and that nothing blamed: the profile is out of date.
    /// Every scenario that tests the rule is part of this run; otherwise one left out might be the one that fails.
    [[nodiscard]] bool is_selected_whole(const std::string& rule_id) const {
        return std::all_of(all_.begin(), all_.end(), [&](const scenario& one) {
            const bool tests_it = std::find(one.rules.begin(), one.rules.end(), rule_id) != one.rules.end();
            return !tests_it || index_of(one.id) != report_.scenarios.size();
        });
    }

    void mark_stale() {
        for (const known_failure& known : options_.known_failures) {
            const auto blames = [&](const scenario_report& one) {
                return std::find(one.failed_rules.begin(), one.failed_rules.end(), known.rule) !=
                       one.failed_rules.end();
            };
            if (std::any_of(report_.scenarios.begin(), report_.scenarios.end(), blames) ||
                !is_selected_whole(known.rule)) {
                continue;
            }
            for (scenario_report& one : report_.scenarios) {
                const std::vector<std::string>& tested = one.what->rules;
                if (one.judged == verdict::pass &&
                    std::find(tested.begin(), tested.end(), known.rule) != tested.end()) {
                    one.judged = verdict::stale;
                    one.hint = "good news: the entry under \"known_failures\" is out of date";
                    one.why = "the profile calls " + known.rule + " a known failure (" + known.reason +
                              "), but it is kept; take the entry out";
                }
            }
        }
    }

    std::span<const scenario> all_;
    implementation& under_test_;
    const suite_options& options_;
    waiting_budget budget_;
    suite_report report_;
    std::vector<bool> decided_;
    std::size_t executed_{0};
    scenario_report* last_run_{nullptr};
};

}  // namespace

std::string_view verdict_name(verdict what) noexcept {
    switch (what) {
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

bool fails_the_run(verdict what) noexcept {
    return what == verdict::fail || what == verdict::not_testable || what == verdict::stale;
}

std::size_t suite_report::count(verdict what) const noexcept {
    return static_cast<std::size_t>(std::count_if(scenarios.begin(), scenarios.end(),
                                                  [&](const scenario_report& one) { return one.judged == what; }));
}

std::size_t suite_report::ran() const noexcept {
    return static_cast<std::size_t>(
        std::count_if(scenarios.begin(), scenarios.end(), [](const scenario_report& one) { return one.ran; }));
}

suite_report run_suite(std::span<const scenario* const> selected, std::span<const scenario> all,
                       implementation& under_test, const suite_options& options) {
    return suite_run{selected, all, under_test, options}.run();
}

}  // namespace chatos::conformance
