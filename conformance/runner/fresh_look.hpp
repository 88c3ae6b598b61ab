// Failures are repeated on a fresh server: one that passes alone comes from what an earlier scenario left behind, which
// is found and named.
#pragma once

#include "scenario/scenario.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace chatos::conformance {

class implementation;
struct suite_options;
struct suite_report;

/// Where a scenario ran.
struct run_place {
    const implementation* on{nullptr};
    std::optional<std::size_t> start;  ///< of the server; nothing if this program does not start it
    std::size_t number{0};             ///< of the scenario, in the order in which they ran there
    bool has_company{false};           ///< others ran there before, on the same start
};

/// What became of a failure on a fresh server.
struct fresh_look {
    bool passed{false};                    ///< it passes there, alone
    std::vector<const scenario*> left_by;  ///< there it fails after these: something that they do leaves a trace
    bool by_any{false};                    ///< any scenario would do in the place of that one
    bool is_cut{false};                    ///< a bound ended the search for them
};

/// "passes on a fresh server: something earlier left a trace, namely ..."; empty if it fails there, too.
[[nodiscard]] std::string text_of(const fresh_look& look);

/// Of the failures in the report, as many as the bounds on runs and time allow; on the implementations on which they
/// ran, and on a thread for each.
void take_fresh_looks(suite_report& report, std::span<implementation* const> under_test, const suite_options& options);

}  // namespace chatos::conformance
