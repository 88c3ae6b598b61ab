// The report for programs; report.schema.json beside this file describes it.
#pragma once

#include "report/run_facts.hpp"

#include <ostream>

namespace chatos::conformance {

void write_json_report(std::ostream& out, const suite_report& report, const run_facts& facts);

}  // namespace chatos::conformance
