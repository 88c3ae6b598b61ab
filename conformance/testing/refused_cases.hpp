// For tests: tables of files that must be refused, kept as data (refused_scenarios.json, refused_profiles.json).
#pragma once

#include <string>
#include <vector>

namespace chatos::conformance::testing {

struct refused_case {
    std::string name;
    std::string text;                   ///< of the file that must be refused
    std::vector<std::string> problems;  ///< "refused.json:12: /steps/0: ..."
};

/// The cases of a table below conformance/.
[[nodiscard]] std::vector<refused_case> refused_cases(const std::string& table_path);
/// The text of the table's good document.
[[nodiscard]] std::string good_document(const std::string& table_path);

}  // namespace chatos::conformance::testing
