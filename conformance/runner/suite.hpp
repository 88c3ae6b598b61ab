// Runs many scenarios against one implementation and judges each.
#pragma once

#include "causes/observation.hpp"
#include "causes/readings.hpp"
#include "profile/profile.hpp"
#include "runner/fresh_look.hpp"
#include "runner/implementation.hpp"
#include "runner/judgment.hpp"
#include "runner/outcome.hpp"
#include "runner/run_variant.hpp"
#include "scenario/catalog.hpp"
#include "scenario/scenario.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::conformance {

/// One of the variants in which a scenario ran.
struct variant_result {
    segmentation segment{segmentation::whole};
    std::string order;  ///< the schedule's text; empty: every actor acted at once
    conformance::verdict verdict{conformance::verdict::pass};
    bool order_given_up{false};  ///< the schedule could not be kept to its end
};

/// Orders of turns, of one scenario or of all.
struct order_counts {
    std::size_t open{0};        ///< that the scenario leaves open; counted only when they are to run
    bool open_is_bound{false};  ///< there are more
    std::size_t ran{0};
    std::size_t given_up{0};
};

/// One scenario's judgment and what led to it.
struct scenario_report : judgment {
    const conformance::scenario* scenario{nullptr};
    conformance::evidence evidence;
    conformance::outcome outcome;            ///< of the first run, or of the variant that decided the verdict
    std::vector<std::string> server_output;  ///< its last lines, when it failed
    bool ran{false};
    observation observed;                  ///< of the same run
    std::vector<variant_result> variants;  ///< in which it ran, the first one first
    order_counts orders;
    std::string variant_arguments;  ///< flags that repeat the verdict if a variant decided it
    std::chrono::system_clock::time_point started;
    run_place place;
    std::optional<fresh_look> fresh;  ///< of a failure
};

struct suite_report {
    std::string implementation_name;
    std::vector<scenario_report> scenarios;      ///< in the order in which they were selected
    std::vector<skipped_scenario> skipped;       ///< that did not run because the user does not want it
    bool requires_supported{false};              ///< one that is unsupported fails the run
    std::map<std::string, std::string> choices;  ///< CHOICE rule to what was seen
    std::vector<std::string> notes;              ///< what a reader should know about the run
    std::optional<reading> other_reading;        ///< of packets, which a server seems to have that refuses every CR
    std::optional<std::string> gone;             ///< why the implementation could not be reached (any more)
    std::vector<std::string> gone_output;        ///< its last lines then

    [[nodiscard]] std::size_t count(verdict value) const noexcept;
    /// Scenarios that were really executed.
    [[nodiscard]] std::size_t ran() const noexcept;
    /// True when this one alone fails the run.
    [[nodiscard]] bool fails(const scenario_report& result) const noexcept;
};

struct suite_options {
    bool strict{false};  ///< a broken SHOULD rule fails, too
    double time_factor{1.0};
    std::vector<segmentation> segments{
        segmentation::whole};   ///< at least one; the others must show the same as the first
    std::size_t interleave{0};  ///< so many orders of turns of each scenario run as well
    std::optional<std::pair<const scenario*, schedule>> only_order;  ///< in which this one runs
    std::string run_tag;                                             ///< makes pseudos unique; at most 8 bytes
    std::vector<known_failure> known_failures;
    std::vector<std::string> ids;          ///< of scenarios that those may mean, beside the ones that are looked up
    std::vector<std::string> extensions;   ///< that the implementation has
    std::size_t failures_max{0};           ///< stop after so many; 0: run all
    std::function<bool()> is_interrupted;  ///< if there is one and it is true, nothing more runs
    bool keep_traffic{false};              ///< of scenarios that did not pass
    bool keep_all_traffic{false};          ///< of those that passed as well
    /// Called before each scenario: how many are done, how many there are, which is next.
    std::function<void(std::size_t, std::size_t, const scenario&)> progress;

    [[nodiscard]] judging_options judging() const noexcept { return {strict, known_failures}; }
};

/// Sets the judgment that follows from the report's evidence.
void judge_again(scenario_report& report, const suite_options& options);

/// Runs `selected`, on as many threads as there are implementations, each with its own; `all` is where controls are
/// looked up. Both must outlive the report.
[[nodiscard]] suite_report run_suite(std::span<const scenario* const> selected, std::span<const scenario> all,
                                     std::span<implementation* const> under_test, const suite_options& options);
/// The same with one.
[[nodiscard]] suite_report run_suite(std::span<const scenario* const> selected, std::span<const scenario> all,
                                     implementation& under_test, const suite_options& options);

}  // namespace chatos::conformance
