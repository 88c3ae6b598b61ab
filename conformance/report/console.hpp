// The report for people.
#pragma once

#include "runner/suite.hpp"

#include <chrono>
#include <ostream>
#include <string>

namespace chatos::conformance {

struct console_options {
    bool colours{false};
    bool strict{false};
    /// The arguments that reach the same implementation again: `--target 127.0.0.1:7777`.
    std::string repeat_arguments;
    std::chrono::milliseconds duration{0};
};

/// Summary by area, then every scenario that did not pass with all that explains it, then one line that counts.
void write_console_report(std::ostream& out, const suite_report& report, const console_options& options);

/// "82 scenarios, 61 rules: 80 passed, 1 failed, 1 warned (1.9 s)"
[[nodiscard]] std::string summary_line(const suite_report& report, std::chrono::milliseconds duration);

}  // namespace chatos::conformance
