// Which scenario runs when, and on which worker; what the workers do is worker.hpp's business.
#include "runner/suite.hpp"

#include "base/word_list.hpp"
#include "runner/worker.hpp"
#include "scenario/scenario_pattern.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

namespace chatos::conformance {
namespace {

class suite_run {
public:
    suite_run(std::span<const scenario* const> selected, std::span<const scenario> all,
              std::span<implementation* const> under_test, const suite_options& options)
        : all_{all}, under_test_{under_test}, options_{options} {
        report_.implementation_name = under_test.front()->name();
        add_with_controls(selected);
    }

    suite_report run() {
        order_ = running_order();
        std::vector<std::thread> threads;
        for (std::size_t index = 1; index < under_test_.size(); ++index) {
            threads.emplace_back([this, index] { work(*under_test_[index]); });
        }
        work(*under_test_.front());
        for (std::thread& thread : threads) {
            thread.join();
        }
        note_variants();
        note_refused_connections();
        find_other_reading();
        look_at_failures_again();
        findings_.move_to(report_);
        mark_stale();
        return std::move(report_);
    }

private:
    enum class state : std::uint8_t { waiting, running, done };

    /// A control that was not selected runs as well, before what depends on it.
    void add_with_controls(std::span<const scenario* const> selected) {
        std::set<const scenario*> added;
        std::size_t controls = 0;
        for (const scenario* tested : selected) {
            std::vector<const scenario*> chain;
            for (const scenario* at = tested; at != nullptr && added.insert(at).second; at = control_of(*at)) {
                chain.push_back(at);
                controls += at == tested || std::find(selected.begin(), selected.end(), at) != selected.end() ? 0 : 1;
            }
            for (auto at = chain.rbegin(); at != chain.rend(); ++at) {
                scenario_report result;
                result.scenario = *at;
                report_.scenarios.push_back(std::move(result));
            }
        }
        states_.resize(report_.scenarios.size(), state::waiting);
        if (controls != 0) {
            report_.notes.push_back(std::to_string(controls) + (controls == 1 ? " scenario runs" : " scenarios run") +
                                    " as a control of the selected ones");
        }
    }

    [[nodiscard]] const scenario* control_of(const scenario& tested) const {
        const auto position =
            std::find_if(all_.begin(), all_.end(), [&](const scenario& other) { return other.id == tested.control; });
        return position == all_.end() ? nullptr : &*position;
    }

    /// Those that need the same options one after the other, so that the server is started as seldom as possible.
    [[nodiscard]] std::vector<std::size_t> running_order() const {
        std::vector<std::size_t> order(report_.scenarios.size());
        for (std::size_t index = 0; index < order.size(); ++index) {
            order[index] = index;
        }
        std::stable_sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
            return report_.scenarios[left].scenario->needs < report_.scenarios[right].scenario->needs;
        });
        return order;
    }

    void work(implementation& under_test) {
        worker runner{under_test, options_, findings_};
        const scenario* last = nullptr;
        for (auto index = take(last); index; index = take(last)) {
            scenario_report& result = report_.scenarios[*index];
            last = result.scenario;
            run_or_skip(runner, result, under_test);
            const std::scoped_lock lock{mutex_};
            states_[*index] = state::done;
            ++done_;
            changed_.notify_all();
        }
        runner.finish();
    }

    /// The next one that can run now; waits while all that is left depends on controls that run. Nothing when nothing
    /// is left.
    std::optional<std::size_t> take(const scenario* last) {
        std::unique_lock lock{mutex_};
        for (;;) {
            std::optional<std::size_t> best;
            unsigned best_rank = 0;
            bool is_something_left = false;
            for (const std::size_t candidate : order_) {
                if (states_[candidate] != state::waiting) {
                    continue;
                }
                is_something_left = true;
                const unsigned candidate_rank = rank(candidate, last);
                if (const auto index = runnable(candidate); index && (!best || candidate_rank < best_rank)) {
                    best = index;
                    best_rank = candidate_rank;
                }
            }
            if (best) {
                states_[*best] = state::running;
                if (options_.progress) {
                    options_.progress(done_, report_.scenarios.size(), *report_.scenarios[*best].scenario);
                }
                return best;
            }
            if (!is_something_left) {
                return std::nullopt;
            }
            changed_.wait(lock);
        }
    }

    /// Lower is better: the server that ran `last` serves as it is; or no other worker has started one with these
    /// options. Needs the lock.
    [[nodiscard]] unsigned rank(std::size_t candidate, const scenario* last) const {
        const auto& needs = report_.scenarios[candidate].scenario->needs;
        if (last != nullptr && last->needs == needs) {
            return 0;
        }
        for (std::size_t index = 0; index < states_.size(); ++index) {
            if (states_[index] == state::running && report_.scenarios[index].scenario->needs == needs) {
                return 2;
            }
        }
        return 1;
    }

    /// The scenario, or a control that must run before it; nothing while a control is running. Needs the lock.
    [[nodiscard]] std::optional<std::size_t> runnable(std::size_t index) const {
        std::set<std::size_t> visited;
        // A circle of controls is cut where it closes.
        while (visited.insert(index).second) {
            const std::size_t control = index_of(report_.scenarios[index].scenario->control);
            if (control == report_.scenarios.size() || states_[control] == state::done) {
                return index;
            }
            if (states_[control] == state::running) {
                return std::nullopt;
            }
            index = control;
        }
        return index;
    }

    /// True when the scenario cannot run: then it is judged already.
    [[nodiscard]] bool is_prevented(scenario_report& result, const implementation& under_test) {
        obstacles& obstacles = result.evidence.obstacles;
        const scenario& tested = *result.scenario;
        obstacles.stopped = stop_reason();
        obstacles.gone = findings_.gone();
        if (tested.role != under_test.role()) {
            obstacles.role = under_test.role();
        }
        obstacles.lacks_extension =
            !tested.extension.empty() && std::find(options_.extensions.begin(), options_.extensions.end(),
                                                   tested.extension) == options_.extensions.end();
        obstacles.lack = under_test.lacks(tested);
        if (!tested.control.empty()) {
            const std::size_t control = index_of(tested.control);
            obstacles.control_is_missing = control == report_.scenarios.size();
            if (!obstacles.control_is_missing) {
                obstacles.control = verdict_of(control);
            }
        }
        judge_again(result, options_);
        return result.verdict != verdict::pass;
    }

    [[nodiscard]] verdict verdict_of(std::size_t index) {
        const std::scoped_lock lock{findings_.verdicts()};
        return report_.scenarios[index].verdict;
    }

    void note_variants() {
        if (options_.segments.size() > 1) {
            std::string names;
            for (const segmentation segment : options_.segments) {
                names += (names.empty() ? "" : ", ") + std::string{segmentation_name(segment)};
            }
            findings_.note("every scenario ran in each of these segmentations and must get the same verdict: " + names);
        }
        if (options_.interleave == 0) {
            return;
        }
        order_counts all;
        std::size_t scenarios = 0;
        for (const scenario_report& result : report_.scenarios) {
            all.ran += result.orders.ran;
            all.open += result.orders.open;
            all.given_up += result.orders.given_up;
            all.open_is_bound = all.open_is_bound || result.orders.open_is_bound;
            scenarios += result.orders.open > 1 ? 1 : 0;
        }
        findings_.note(
            "orders: " + std::to_string(all.ran) + " of " + (all.open_is_bound ? "more than " : "") +
            std::to_string(all.open) + " that the scenarios leave open ran; " + std::to_string(scenarios) +
            (scenarios == 1 ? " scenario leaves" : " scenarios leave") + " more than one open" +
            (all.given_up == 0 ? "" : "; " + std::to_string(all.given_up) + " could not be kept to the end"));
    }

    /// Where nearly everything failed, the server may not read packets as they are meant.
    void find_other_reading() {
        implementation& under_test = *under_test_.front();
        const std::size_t failed = report_.count(verdict::fail);
        if (under_test.role() != test_role::server || 10 * failed < 9 * report_.ran() || failed == 0 ||
            stop_reason().has_value() || findings_.gone() || under_test.make_ready({})) {
            return;
        }
        const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::milliseconds{300} *
                                                                                options_.time_factor);
        report_.other_reading =
            find_reading([&](std::span<const std::byte> bytes) { return under_test.reply_to(bytes, time); },
                         "reading-" + options_.run_tag);
    }

    /// On a fresh server, if it is one that we start.
    void look_at_failures_again() {
        const bool has_failures = report_.count(verdict::fail) + report_.count(verdict::warn) != 0;
        implementation& under_test = *under_test_.front();
        if (!has_failures || under_test.role() != test_role::server || report_.other_reading || findings_.gone() ||
            (options_.is_interrupted && options_.is_interrupted())) {
            return;
        }
        if (under_test.starts()) {
            take_fresh_looks(report_, under_test_, options_);
        } else {
            findings_.note("failures could not be repeated on a fresh server, which would tell whether something "
                           "earlier left a trace: give --server-command or a profile with a \"command\" instead of "
                           "--target");
        }
    }

    /// Why nothing more is to run; nothing while the run continues.
    [[nodiscard]] std::optional<std::string> stop_reason() const {
        if (options_.is_interrupted && options_.is_interrupted()) {
            return "the run was interrupted";
        }
        if (options_.failures_max != 0 && failures_ >= options_.failures_max) {
            return "the run stopped after " + base::counted(options_.failures_max, "failure");
        }
        return std::nullopt;
    }

    void run_or_skip(worker& runner, scenario_report& result, const implementation& under_test) {
        if (!is_prevented(result, under_test)) {
            runner.run(result);
        }
        // A run that an interruption cut says nothing.
        if (const auto reason = stop_reason(); reason && options_.is_interrupted && options_.is_interrupted()) {
            result.evidence = {};
            result.evidence.obstacles.stopped = reason;
            result.outcome = {};
            result.ran = false;
            judge_again(result, options_);
        }
        failures_ += result.verdict == verdict::fail ? 1 : 0;
    }

    void note_refused_connections() {
        std::size_t refused = 0;
        for (const implementation* target : under_test_) {
            refused += target->refused_connections();
        }
        if (refused != 0) {
            findings_.note(std::to_string(refused) + (refused == 1 ? " connection" : " connections") +
                           " of other programs to the ports of clients under test refused; not judged");
        }
    }

    [[nodiscard]] std::size_t index_of(const std::string& id) const {
        const auto position = std::find_if(report_.scenarios.begin(), report_.scenarios.end(),
                                           [&](const scenario_report& result) { return result.scenario->id == id; });
        return static_cast<std::size_t>(position - report_.scenarios.begin());
    }

    /// The scenario could show what is known to fail.
    [[nodiscard]] static bool concerns(const known_failure& known, const scenario& scenario) {
        return known.scenario.empty()
                   ? std::find(scenario.rules.begin(), scenario.rules.end(), known.rule) != scenario.rules.end()
                   : glob_matches(known.scenario, scenario.id);
    }

    /// Every scenario of this role that could show it is part of the run; otherwise one left out might be the one that
    /// fails.
    [[nodiscard]] bool is_selected_whole(const known_failure& known) const {
        const std::string other_role = under_test_.front()->role() == test_role::server ? "client." : "server.";
        const bool has_all_ids = std::all_of(options_.ids.begin(), options_.ids.end(), [&](const std::string& id) {
            return known.scenario.empty() || !glob_matches(known.scenario, id) || id.starts_with(other_role) ||
                   index_of(id) != report_.scenarios.size();
        });
        return has_all_ids && std::all_of(all_.begin(), all_.end(), [&](const scenario& scenario) {
                   const bool counts = concerns(known, scenario) && scenario.role == under_test_.front()->role();
                   return !counts || index_of(scenario.id) != report_.scenarios.size();
               });
    }

    /// The scenario failed as the profile says.
    [[nodiscard]] static bool is_shown_by(const scenario_report& result, const known_failure& known) {
        const bool is_about_it = known.scenario.empty() || glob_matches(known.scenario, result.scenario->id);
        return is_about_it && (known.rule.empty() ? result.verdict != verdict::pass
                                                  : std::find(result.failed_rules.begin(), result.failed_rules.end(),
                                                              known.rule) != result.failed_rules.end());
    }

    void mark_stale() {
        for (const known_failure& known : options_.known_failures) {
            if (std::any_of(report_.scenarios.begin(), report_.scenarios.end(),
                            [&](const scenario_report& result) { return is_shown_by(result, known); }) ||
                !is_selected_whole(known)) {
                continue;
            }
            for (scenario_report& result : report_.scenarios) {
                if (result.verdict == verdict::pass && concerns(known, *result.scenario)) {
                    result.evidence.kept = known;
                    judge_again(result, options_);
                }
            }
        }
    }

    std::span<const scenario> all_;
    std::span<implementation* const> under_test_;
    const suite_options& options_;
    suite_findings findings_;
    suite_report report_;
    std::vector<std::size_t> order_;
    std::atomic<std::size_t> failures_{0};
    std::mutex mutex_;  // of what follows
    std::condition_variable changed_;
    std::vector<state> states_;
    std::size_t done_{0};
};

}  // namespace

void judge_again(scenario_report& report, const suite_options& options) {
    static_cast<judgment&>(report) = judge(*report.scenario, report.evidence, options.judging());
}

std::size_t suite_report::count(verdict value) const noexcept {
    return static_cast<std::size_t>(std::count_if(
        scenarios.begin(), scenarios.end(), [&](const scenario_report& result) { return result.verdict == value; }));
}

bool suite_report::fails(const scenario_report& result) const noexcept {
    return fails_the_run(result.verdict) || (requires_supported && result.verdict == verdict::unsupported);
}

std::size_t suite_report::ran() const noexcept {
    return static_cast<std::size_t>(
        std::count_if(scenarios.begin(), scenarios.end(), [](const scenario_report& result) { return result.ran; }));
}

suite_report run_suite(std::span<const scenario* const> selected, std::span<const scenario> all,
                       std::span<implementation* const> under_test, const suite_options& options) {
    assert(!under_test.empty());
    return suite_run{selected, all, under_test, options}.run();
}

suite_report run_suite(std::span<const scenario* const> selected, std::span<const scenario> all,
                       implementation& under_test, const suite_options& options) {
    implementation* const target = &under_test;
    return run_suite(selected, all, {&target, 1}, options);
}

}  // namespace chatos::conformance
