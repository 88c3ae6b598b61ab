// From what is known of a scenario's run to its verdict: a pure function, and the only place that decides a verdict.
// The worker and the suite gather the evidence.
#pragma once

#include "profile/profile.hpp"
#include "runner/outcome.hpp"
#include "runner/run_variant.hpp"
#include "scenario/scenario.hpp"

#include <cstdint>
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
    stale,          ///< the profile calls a rule broken that holds, or the scenario, which passes
};
inline constexpr std::size_t verdict_count = 7;

/// "pass", "fail", "warn", "not-testable", "unsupported", "known-failure", "stale".
[[nodiscard]] std::string_view verdict_name(verdict value) noexcept;
/// True for the verdicts that fail a run: fail, not-testable, stale.
[[nodiscard]] bool fails_the_run(verdict value) noexcept;

struct judgment {
    conformance::verdict verdict{conformance::verdict::pass};
    std::vector<std::string> failed_rules;
    std::string why;   ///< one sentence; empty when it passed
    std::string hint;  ///< the usual cause; empty when there is nothing to say
};

/// What prevents a scenario from running.
struct obstacles {
    std::optional<std::string> stopped{};           ///< why the run ended before
    std::optional<std::string> gone{};              ///< why the implementation cannot be reached
    std::optional<test_role> role{};                ///< of the implementation, if the scenario judges the other one
    bool lacks_extension{false};                    ///< the implementation lacks the scenario's extension
    std::optional<std::string> lack{};              ///< an option that the implementation cannot be told
    bool control_is_missing{false};                 ///< there is no scenario with the id of its control
    std::optional<conformance::verdict> control{};  ///< of its control, if it has one
};

/// What one run of a scenario showed.
struct run_evidence {
    std::optional<step_failure> failure{};  ///< none: all steps did what they should
    std::optional<std::string> death{};     ///< how the implementation's process ended during the run
    bool unreachable{false};                ///< after a failed connection it accepted no other
    bool silent{false};                     ///< after a failure by silence it answered no other client
};

/// A run in another segmentation or order of turns whose verdict differs from that of the first run.
struct variant_evidence {
    segmentation first{segmentation::whole};    ///< of the first run
    segmentation segment{segmentation::whole};  ///< of this run
    bool is_order{false};                       ///< the order of turns differs, not the segmentation
    run_evidence run{};
};

/// All that the verdict on a scenario depends on.
struct evidence {
    conformance::obstacles obstacles;
    run_evidence run;
    std::optional<variant_evidence> variant;
    std::optional<std::string> late_death;  ///< how the process ended after the run, before the next one
    std::optional<known_failure> kept;      ///< what the profile says of the scenario or its rules, and is not so
};

struct judging_options {
    bool strict{false};  ///< a broken SHOULD rule fails, too
    std::span<const known_failure> known_failures;
};

/// Pure. Of several pieces of evidence, an obstacle decides alone; otherwise a later piece overrides an earlier one.
[[nodiscard]] judgment judge(const scenario& scenario, const evidence& evidence, const judging_options& options);

}  // namespace chatos::conformance
