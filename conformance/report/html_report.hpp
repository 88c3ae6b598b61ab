// The report as one page that needs nothing else: style, script and charts stand in it.
#pragma once

#include "report/run_facts.hpp"

#include <ostream>

namespace chatos::conformance {

void write_html_report(std::ostream& out, const suite_report& report, const run_facts& facts);

}  // namespace chatos::conformance
