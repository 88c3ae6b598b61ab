// The report for programs; report.schema.json beside this file describes it.
#pragma once

#include "runner/suite.hpp"

#include <ostream>
#include <string_view>

namespace chatos::conformance {

void write_json_report(std::ostream& out, const suite_report& report, std::string_view tool_version);

}  // namespace chatos::conformance
