// All that explains a scenario that did not pass: rule, expected and seen with their bytes, hint, chart, the server's
// last words, the command that repeats it.
#pragma once

#include "base/colors.hpp"
#include "report/run_facts.hpp"

#include <cstddef>
#include <ostream>

namespace chatos::conformance {

inline constexpr std::size_t explained_rows_max = 40;

/// The chart shows at most so many of the last rows.
void write_explanation(std::ostream& out, const scenario_report& report, const run_facts& facts,
                       const base::colors& paint, std::size_t chart_rows_max = explained_rows_max);

/// "server printed" with lines; nothing when there are none.
void write_output(std::ostream& out, std::string_view source, const std::vector<std::string>& lines);

}  // namespace chatos::conformance
