// Runs many scenarios against one implementation and judges each.
#pragma once

#include "profile/profile.hpp"
#include "runner/implementation.hpp"
#include "runner/outcome.hpp"
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
[[nodiscard]] std::string_view verdict_name(verdict what) noexcept;
/// True for the verdicts that fail a run: fail, not-testable, stale.
[[nodiscard]] bool fails_the_run(verdict what) noexcept;

struct scenario_report {
    const scenario* what{nullptr};
    verdict judged{verdict::pass};
    std::vector<std::string> failed_rules;
    std::string why;   ///< one sentence; empty when it passed
    std::string hint;  ///< what usually lies behind it; empty when there is nothing to say
    outcome seen;
    std::vector<std::string> server_output;  ///< its last lines, when it failed
    bool ran{false};
    std::chrono::system_clock::time_point started;
};

struct suite_report {
    std::string implementation_name;
    std::vector<scenario_report> scenarios;      ///< in the order in which they were selected
    std::map<std::string, std::string> choices;  ///< CHOICE rule to what was seen
    std::vector<std::string> notes;              ///< what a reader should know about the run
    std::optional<std::string> gone;             ///< why the implementation could not be reached (any more)
    std::vector<std::string> gone_output;        ///< its last lines then

    [[nodiscard]] std::size_t count(verdict what) const noexcept;
    /// Scenarios that were really executed.
    [[nodiscard]] std::size_t ran() const noexcept;
};

struct suite_options {
    bool strict{false};  ///< a broken SHOULD rule fails, too
    double time_factor{1.0};
    std::string run_tag;  ///< makes pseudos unique; at most 8 bytes
    std::vector<known_failure> known_failures;
    bool keep_traffic{false};  ///< of scenarios that did not pass
    /// Called before each scenario: how many are done, how many there are, which is next.
    std::function<void(std::size_t, std::size_t, const scenario&)> progress;
};

/// Runs `selected`; `all` is where controls are looked up. Both must outlive the report.
[[nodiscard]] suite_report run_suite(std::span<const scenario* const> selected, std::span<const scenario> all,
                                     implementation& under_test, const suite_options& options);

}  // namespace chatos::conformance
