// What has changed since an earlier report: verdicts, and the choices that the implementation takes where the rules
// leave several open.
#pragma once

#include "json/checked_reader.hpp"
#include "runner/suite.hpp"

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace chatos::conformance {

/// What is compared of a JSON report.
struct baseline {
    struct entry {
        std::string verdict;
        std::map<std::string, std::string> choices;
    };
    std::string source;  ///< the file
    std::map<std::string, entry> scenarios;
};

/// `source` names the text in problems.
[[nodiscard]] std::variant<baseline, std::vector<problem>> load_baseline(std::string_view json,
                                                                         const std::string& source);

struct choice_change {
    std::string rule;
    std::string before;
    std::string now;
    std::vector<std::string> scenarios;  ///< in which it was seen
};
struct verdict_change {
    std::string id;
    std::string before;
    std::string now;
};

struct report_changes {
    std::string source;
    std::vector<choice_change> choices;
    std::vector<verdict_change> verdicts;
    std::vector<std::string> added;    ///< scenarios that the baseline does not have
    std::vector<std::string> missing;  ///< scenarios that only the baseline has

    [[nodiscard]] bool none() const noexcept { return choices.empty() && verdicts.empty(); }
};

/// Compares only what both have: a run of a few scenarios is no change of the others.
[[nodiscard]] report_changes changes_since(const baseline& before, const suite_report& now);

}  // namespace chatos::conformance
