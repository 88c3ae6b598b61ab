// The report in the Test Anything Protocol, version 13, which every consumer of it reads.
#pragma once

#include "report/run_facts.hpp"

#include <ostream>

namespace chatos::conformance {

/// A test point for each scenario. Unsupported ones are skipped, known failures are "not ok # TODO", a warning is "ok"
/// followed by its text.
void write_tap_report(std::ostream& out, const suite_report& report, const run_facts& facts);

}  // namespace chatos::conformance
