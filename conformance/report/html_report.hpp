// The report as one page that needs nothing else: style, script and charts stand in it.
#pragma once

#include "report/run_facts.hpp"
#include "scenario/catalog.hpp"

#include <ostream>
#include <vector>

namespace chatos::conformance {

void write_html_report(std::ostream& out, const suite_report& report, const run_facts& facts);

/// page.css and page.js, compiled in.
[[nodiscard]] std::vector<builtin_file> page_files();

}  // namespace chatos::conformance
