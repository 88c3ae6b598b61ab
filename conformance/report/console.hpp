// The report for people.
#pragma once

#include "base/colors.hpp"
#include "report/run_facts.hpp"

#include <chrono>
#include <ostream>
#include <string>

namespace chatos::conformance {

/// Summary by area, then every scenario that did not pass with all that explains it, then one line that counts.
void write_console_report(std::ostream& out, const suite_report& report, const run_facts& facts,
                          const base::colors& paint);

/// "82 scenarios, 61 rules: 80 passed, 1 failed, 1 warned (1.9 s)"
[[nodiscard]] std::string summary_line(const suite_report& report, std::chrono::milliseconds duration);

}  // namespace chatos::conformance
