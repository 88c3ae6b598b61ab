// What every report says about the run as a whole, beside the verdicts.
#pragma once

#include "report/baseline.hpp"
#include "runner/suite.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace chatos::conformance {

struct run_facts {
    std::string tool_version;
    /// The arguments that reach the same implementation again: `--target 127.0.0.1:7777`.
    std::string repeat_arguments;
    bool strict{false};
    std::chrono::system_clock::time_point started;
    std::chrono::milliseconds duration{0};
    std::optional<report_changes> changes;  ///< since the baseline, if there is one
    std::string capture_folder;             ///< where captures of failed scenarios are; empty: nowhere
};

/// The one command that repeats a scenario; safe to paste into a POSIX shell.
[[nodiscard]] std::string repeat_command(const scenario_report& one, const run_facts& facts);

/// The capture of a scenario that did not pass; empty when there is none.
[[nodiscard]] std::string capture_path(const scenario_report& one, const run_facts& facts);

/// "2026-03-01T12:00:00Z"
[[nodiscard]] std::string utc_text(std::chrono::system_clock::time_point when);

/// "PM" for a scenario whose id starts with "server.pm.".
[[nodiscard]] std::string area_name(const scenario& what);

/// True when nothing fails the run.
[[nodiscard]] bool run_passed(const suite_report& report) noexcept;

}  // namespace chatos::conformance
