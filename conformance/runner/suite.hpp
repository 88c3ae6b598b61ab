// Runs many scenarios against one implementation and judges each.
#pragma once

#include "profile/profile.hpp"
#include "runner/implementation.hpp"
#include "runner/outcome.hpp"
#include "runner/run_variant.hpp"
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

enum class verdict : std::uint8_t {
    pass,
    fail,           ///< a MUST rule was broken, or the implementation died or fell silent
    warn,           ///< a SHOULD rule was broken
    not_testable,   ///< its control failed, or the implementation is gone
    unsupported,    ///< needs an option that the implementation cannot be told
    known_failure,  ///< fails as the profile says
    stale,          ///< the profile calls a rule broken that is kept
};
inline constexpr std::size_t verdict_count = 7;

/// "pass", "fail", "warn", "not-testable", "unsupported", "known-failure", "stale".
[[nodiscard]] std::string_view verdict_name(verdict value) noexcept;
/// True for the verdicts that fail a run: fail, not-testable, stale.
[[nodiscard]] bool fails_the_run(verdict value) noexcept;

/// One of several ways in which a scenario ran.
struct variant_result {
    segmentation segment{segmentation::whole};
    std::string order;  ///< the schedule's text; empty: everybody acted as soon as he could
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

struct scenario_report {
    const conformance::scenario* scenario{nullptr};
    conformance::verdict verdict{conformance::verdict::pass};
    std::vector<std::string> failed_rules;
    std::string why;   ///< one sentence; empty when it passed
    std::string hint;  ///< what usually lies behind it; empty when there is nothing to say
    conformance::outcome outcome;
    std::vector<std::string> server_output;  ///< its last lines, when it failed
    bool ran{false};
    std::vector<variant_result> variants;  ///< in which it ran, the first one first
    order_counts orders;
    std::string variant_arguments;  ///< what repeats the verdict if it came in another way than the first
    std::chrono::system_clock::time_point started;
};

struct suite_report {
    std::string implementation_name;
    std::vector<scenario_report> scenarios;      ///< in the order in which they were selected
    std::map<std::string, std::string> choices;  ///< CHOICE rule to what was seen
    std::vector<std::string> notes;              ///< what a reader should know about the run
    std::optional<std::string> gone;             ///< why the implementation could not be reached (any more)
    std::vector<std::string> gone_output;        ///< its last lines then

    [[nodiscard]] std::size_t count(verdict value) const noexcept;
    /// Scenarios that were really executed.
    [[nodiscard]] std::size_t ran() const noexcept;
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
    std::vector<std::string> extensions;  ///< that the implementation has
    bool keep_traffic{false};             ///< of scenarios that did not pass
    bool keep_all_traffic{false};         ///< of those that passed as well
    /// Called before each scenario: how many are done, how many there are, which is next.
    std::function<void(std::size_t, std::size_t, const scenario&)> progress;
};

/// Runs `selected`, on as many threads as there are implementations, each with its own; `all` is where controls are
/// looked up. Both must outlive the report.
[[nodiscard]] suite_report run_suite(std::span<const scenario* const> selected, std::span<const scenario> all,
                                     std::span<implementation* const> under_test, const suite_options& options);
/// The same with one.
[[nodiscard]] suite_report run_suite(std::span<const scenario* const> selected, std::span<const scenario> all,
                                     implementation& under_test, const suite_options& options);

}  // namespace chatos::conformance
