#include "runner/fresh_look.hpp"

#include "base/word_list.hpp"
#include "runner/suite.hpp"
#include "runner/trace_search.hpp"
#include "runner/worker.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <thread>
#include <utility>

namespace chatos::conformance {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::size_t looks_max = 24;
constexpr std::size_t looks_without_history_max = 8;  // they had a fresh server already
constexpr std::size_t names_max = 4;
constexpr std::chrono::seconds time_max{15};  // for all failures

bool has_failed(const scenario_report& result) {
    return result.ran && (result.verdict == verdict::fail || result.verdict == verdict::warn);
}

/// The failures that the bounds allow. First those that the traffic by itself does not explain.
std::vector<scenario_report*> failures_to_repeat(suite_report& report) {
    std::vector<scenario_report*> failures;
    for (scenario_report& result : report.scenarios) {
        if (has_failed(result) && result.place.start) {
            failures.push_back(&result);
        }
    }
    std::stable_sort(failures.begin(), failures.end(), [](const auto* left, const auto* right) {
        const auto order = [](const scenario_report& failure) {
            return std::pair{!failure.place.has_company, !failure.observed.broken_rule.empty()};
        };
        return order(*left) < order(*right);
    });
    std::size_t alone = 0;
    std::erase_if(failures, [&](const scenario_report* failure) {
        return !failure->place.has_company && ++alone > looks_without_history_max;
    });
    failures.resize(std::min(failures.size(), looks_max));
    return failures;
}

/// What the looks on several servers at the same time share.
struct shared_looks {
    suite_report& report;
    const std::vector<scenario_report*> failures;
    const suite_options& options;
    steady::time_point until;
    suite_findings findings{};
    std::atomic<std::size_t> next{0};
};

/// Looks at one failure after the other, on a server of its own.
class failure_repeater {
public:
    failure_repeater(shared_looks& shared, implementation& under_test)
        : shared_{shared}, under_test_{under_test}, options_{shared.options} {
        options_.keep_traffic = false;
        options_.keep_all_traffic = false;
        options_.progress = nullptr;
    }

    void work() {
        for (std::size_t index = shared_.next++; index < shared_.failures.size(); index = shared_.next++) {
            look_at(*shared_.failures[index]);
        }
        under_test_.discard();
    }

private:
    /// What ran on the same server before and did not fail: after a failure it is started anew.
    [[nodiscard]] std::vector<const scenario*> history_of(const scenario_report& failure) const {
        std::vector<const scenario_report*> before;
        for (const scenario_report& other : shared_.report.scenarios) {
            if (other.ran && other.place.on == failure.place.on && other.place.start == failure.place.start &&
                other.place.number < failure.place.number && !has_failed(other)) {
                before.push_back(&other);
            }
        }
        std::sort(before.begin(), before.end(),
                  [](const auto* left, const auto* right) { return left->place.number < right->place.number; });
        std::vector<const scenario*> history;
        for (const scenario_report* other : before) {
            history.push_back(other->scenario);
        }
        return history;
    }

    void look_at(scenario_report& failure) {
        const auto fails = [&](std::span<const scenario* const> before) { return fails_after(failure, before); };
        const std::optional<bool> fails_alone = fails({});
        if (!fails_alone) {
            return;
        }
        fresh_look& look = failure.fresh.emplace();
        look.passed = !*fails_alone;
        if (*fails_alone) {
            return;
        }
        const std::vector<const scenario*> history = history_of(failure);
        if (last_.size() == 1 && std::find(history.begin(), history.end(), last_.front()) != history.end() &&
            fails(last_).value_or(false)) {
            look.left_by = last_;  // as the failure before
        } else {
            trace_search search = find_trace(history, fails);
            look.left_by = std::move(search.needed);
            look.is_cut = search.is_cut;
        }
        last_ = look.left_by;
        const scenario* plain = look.left_by.size() == 1 ? plain_scenario() : nullptr;
        if (plain == nullptr) {
            return;
        }
        scenario with_needs{*plain};
        with_needs.needs = failure.scenario->needs;
        const scenario* const before[] = {&with_needs};
        if (look.left_by.front() == plain || fails(before).value_or(false)) {
            look.by_any = true;
            look.left_by = {plain};
        }
    }

    /// The smallest that passed.
    [[nodiscard]] const scenario* plain_scenario() const {
        const scenario* plain = nullptr;
        for (const scenario_report& result : shared_.report.scenarios) {
            if (result.verdict == verdict::pass && result.ran && result.scenario->control.empty() &&
                (plain == nullptr || result.scenario->steps.size() < plain->steps.size())) {
                plain = result.scenario;
            }
        }
        return plain;
    }

    /// On a fresh server. One of those before that fails itself makes the server start again, so that nothing follows.
    std::optional<bool> fails_after(const scenario_report& failure, std::span<const scenario* const> before) {
        under_test_.discard();
        worker runner{under_test_, options_, shared_.findings};
        std::deque<scenario_report> results;
        for (const scenario* each : before) {
            if (is_over()) {
                return std::nullopt;
            }
            if (!passes(runner, results.emplace_back(), *each)) {
                return false;
            }
        }
        if (is_over()) {
            return std::nullopt;
        }
        const bool fails = !passes(runner, results.emplace_back(), *failure.scenario);
        return is_interrupted() ? std::nullopt : std::optional{fails};
    }

    static bool passes(worker& runner, scenario_report& result, const scenario& tested) {
        result.scenario = &tested;
        runner.run(result);
        return !has_failed(result);
    }

    [[nodiscard]] bool is_over() const {
        return steady::now() >= shared_.until || shared_.findings.gone() || is_interrupted();
    }

    /// Which ends the servers, so that everything fails.
    [[nodiscard]] bool is_interrupted() const { return options_.is_interrupted && options_.is_interrupted(); }

    shared_looks& shared_;
    implementation& under_test_;
    suite_options options_;
    std::vector<const scenario*> last_;
};

std::string names_of(const std::vector<const scenario*>& scenarios) {
    std::string text;
    for (std::size_t index = 0; index < std::min(scenarios.size(), names_max); ++index) {
        text += (index == 0 ? "" : ", ") + scenarios[index]->id;
    }
    const std::size_t more = scenarios.size() - std::min(scenarios.size(), names_max);
    return more == 0 ? text : text + " and " + std::to_string(more) + " more";
}

}  // namespace

std::string text_of(const fresh_look& look) {
    if (!look.passed) {
        return "";
    }
    if (look.left_by.empty()) {
        return look.is_cut
                   ? "passes on a fresh server, so something earlier may have left a trace; which scenario it "
                     "was would have taken too long to find out"
                   : "passes on a fresh server, and after the scenarios that ran before it as well: it does not "
                     "fail every time";
    }
    const std::string names = names_of(look.left_by);
    if (look.by_any) {
        return "passes on a fresh server: something earlier left a trace; it fails after any other scenario, " + names +
               " for example";
    }
    if (look.is_cut) {
        return "passes on a fresh server: something earlier left a trace; it fails after " +
               base::counted(look.left_by.size(), "scenario") + ", " + names +
               ", and which of them are needed would "
               "have taken too long to find out";
    }
    return "passes on a fresh server: something earlier left a trace; it fails after " + names;
}

void take_fresh_looks(suite_report& report, std::span<implementation* const> under_test, const suite_options& options) {
    const auto time = std::chrono::duration_cast<steady::duration>(time_max * options.time_factor);
    shared_looks shared{report, failures_to_repeat(report), options, steady::now() + time};
    std::vector<std::thread> threads;
    for (std::size_t index = 1; index < std::min(under_test.size(), shared.failures.size()); ++index) {
        threads.emplace_back([&, index] { failure_repeater{shared, *under_test[index]}.work(); });
    }
    failure_repeater{shared, *under_test.front()}.work();
    for (std::thread& thread : threads) {
        thread.join();
    }
}

}  // namespace chatos::conformance
