// The report as JUnit XML, the form that CI servers show: a suite for each area, a case for each scenario.
#pragma once

#include "report/run_facts.hpp"

#include <ostream>

namespace chatos::conformance {

/// fail and stale are failures, not-testable is an error, unsupported and known failures are skipped. A warning passes;
/// its text goes to system-out.
void write_junit_report(std::ostream& out, const suite_report& report, const run_facts& facts);

}  // namespace chatos::conformance
