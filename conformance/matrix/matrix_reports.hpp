// What a matrix run prints and writes.
#pragma once

#include "base/colors.hpp"
#include "matrix/matrix.hpp"

#include <ostream>
#include <string>

namespace chatos::conformance {

/// Tables as wide as their columns need; details of what did not pass after them.
void write_matrix_console(std::ostream& out, const matrix_report& report, const base::colors& paint);
/// As `chatos-conformance schema matrix` has it.
void write_matrix_json(std::ostream& out, const matrix_report& report);
/// One page that needs nothing else.
void write_matrix_html(std::ostream& out, const matrix_report& report);

/// "pass", "warn", "fail" or "not-run".
[[nodiscard]] std::string_view outcome_name(const matrix_suite& suite) noexcept;
[[nodiscard]] std::string_view outcome_name(const pair_result& pair) noexcept;
/// "57 passed, 1 failed"; empty without any.
[[nodiscard]] std::string counts_text(const verdict_counts& counts);
/// "PM-4, WIRE-6 (server)": the rules that were broken, by whom.
[[nodiscard]] std::string blame_text(const pair_result& pair);

}  // namespace chatos::conformance
