// What every report says about the run as a whole, beside the verdicts.
#pragma once

#include "causes/causes.hpp"
#include "report/baseline.hpp"
#include "runner/suite.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace chatos::conformance {

struct run_facts {
    std::string tool_version;
    std::string suite_version;  ///< whose scenarios were to run
    /// The arguments that reach the same implementation again: `--target 127.0.0.1:7777`.
    std::string repeat_arguments;
    bool strict{false};
    std::chrono::system_clock::time_point started;
    std::chrono::milliseconds duration{0};
    std::optional<report_changes> changes;      ///< since the baseline, if there is one
    std::vector<cause> causes;                  ///< of what failed or warned, the one to mend first in front
    bool shows_all{false};                      ///< the console explains every failure, not one of each cause
    bool is_brief{false};                       ///< the console explains none
    std::string profile_text;                   ///< of the implementation's profile, or of one to begin with
    std::vector<known_failure> known_failures;  ///< that it lists
    std::string capture_folder;                 ///< where captures of failed scenarios are; empty: nowhere
};

/// The one command that repeats a scenario; safe to paste into a POSIX shell.
[[nodiscard]] std::string repeat_command(const scenario_report& report, const run_facts& facts);

/// The capture of a scenario that did not pass; empty when there is none.
[[nodiscard]] std::string capture_path(const scenario_report& report, const run_facts& facts);

/// How the verdicts that rest on silence are proved. One that needs a time window for any of its silences counts as
/// proved by a window.
struct silence_summary {
    std::size_t by_fence{0};
    std::size_t by_window{0};

    [[nodiscard]] std::size_t verdicts() const noexcept { return by_fence + by_window; }
    /// Of those proved by a fence, in percent, rounded down; 100 when no verdict needs silence.
    [[nodiscard]] unsigned fenced_percent() const noexcept;
};
[[nodiscard]] silence_summary silences_of(const suite_report& report) noexcept;
/// "145 of 147 verdicts that rest on silence are proved by a fence (98%), 2 by waiting"; empty when none does.
[[nodiscard]] std::string silence_text(const silence_summary& summary);

/// "2026-03-01T12:00:00Z"
[[nodiscard]] std::string utc_text(std::chrono::system_clock::time_point when);

/// "PM" for a scenario whose id starts with "server.pm.".
[[nodiscard]] std::string area_name(const scenario& scenario);

/// True when nothing fails the run.
[[nodiscard]] bool run_passed(const suite_report& report) noexcept;

}  // namespace chatos::conformance
