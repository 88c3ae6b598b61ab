// Runs scenarios in all requested variants against one implementation, and gathers the evidence. A suite has one
// worker for each implementation that runs at the same time.
#pragma once

#include "runner/implementation.hpp"
#include "runner/suite.hpp"
#include "runner/waiting.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace chatos::conformance {

/// What the workers of a suite share.
class suite_findings {
public:
    /// Counts a run; the number makes its pseudos unique.
    [[nodiscard]] std::size_t next_run() noexcept { return runs_++; }
    [[nodiscard]] std::optional<std::string> gone() const;
    /// The implementation is unreachable: nothing else is run.
    void lose(const std::string& why, std::vector<std::string> output);
    /// A rule may leave several things open, and a server may do different things at different times: all are kept.
    void remember_choice(const std::string& rule_id, const std::string& choice);
    /// Once each.
    void note(const std::string& text);
    /// True as long as the traffic that is kept of all scenarios stays within 8 MiB with these bytes.
    [[nodiscard]] bool has_room_for_traffic(std::size_t bytes);
    /// Guards the verdict of a scenario that is over: its worker may still blame it for a late death while another
    /// worker looks whether it is a control that has passed.
    [[nodiscard]] std::mutex& verdicts() noexcept { return verdicts_; }
    /// Into the report, when all workers are done.
    void move_to(suite_report& report);

private:
    std::atomic<std::size_t> runs_{0};
    std::mutex verdicts_;
    mutable std::mutex mutex_;
    std::map<std::string, std::set<std::string>> choices_;  // sorted, so that jobs end in the same report
    std::vector<std::string> notes_;
    std::optional<std::string> gone_;
    std::vector<std::string> gone_output_;
    std::size_t traffic_bytes_{0};
};

class worker {
public:
    /// All must outlive the worker.
    worker(implementation& under_test, const suite_options& options, suite_findings& findings)
        : under_test_{under_test}, options_{options}, findings_{findings}, budget_{options.time_factor} {}

    /// Runs the scenario and judges it. The report must stay where it is until the next run or finish().
    void run(scenario_report& report);
    /// After the last one: a process that has ended since is blamed on it.
    void finish();

    [[nodiscard]] implementation& under_test() noexcept { return under_test_; }

private:
    [[nodiscard]] std::vector<run_variant> variants_of(scenario_report& report) const;
    [[nodiscard]] bool make_ready(scenario_report& report);
    void run_once(scenario_report& report, const run_variant& how);
    void run_other_variants(scenario_report& report, const std::vector<run_variant>& variants);
    void adopt(scenario_report& report, scenario_report other, const run_variant& how) const;
    void examine(scenario_report& report, const timeouts& times);
    void probe_after_failure(scenario_report& report, const std::string& pseudo, const timeouts& times);
    [[nodiscard]] std::string implementation_noun() const;
    void check_gone(const scenario_report& report);
    void blame_late_death();
    bool blame_death_on_last_run(const std::string& death);
    void forget_traffic() const;

    implementation& under_test_;
    const suite_options& options_;
    suite_findings& findings_;
    waiting_budget budget_;
    std::size_t runs_{0};
    std::size_t scenarios_{0};
    std::optional<std::size_t> last_start_;
    scenario_report* last_run_{nullptr};
};

}  // namespace chatos::conformance
