// What to mend first: the failures of a run, grouped by what explains them.
#pragma once

#include "runner/suite.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace chatos::conformance {

/// Why failures are taken for effects of one cause; the stronger comes first.
enum class cause_basis : std::uint8_t {
    reading,       ///< the implementation seems to read or write packets in another way
    trace,         ///< they pass on a fresh server: an earlier scenario left something behind
    traffic,       ///< what went over the connections breaks the rule, whatever the steps were after
    circumstance,  ///< scenarios fail that have something in common which others lack
    step,          ///< only the steps that failed name the rule
};

struct cause {
    std::string rule;
    cause_basis basis{cause_basis::step};
    verdict worst{verdict::warn};                 ///< fail or warn
    std::vector<const scenario_report*> effects;  ///< those that it explains, the one to begin with first
    std::string why;                              ///< one sentence
    std::string hint;                             ///< what to look for; may be empty

    const scenario* earlier{nullptr};  ///< that left a trace, if one did

    /// That which left the trace, or the first of the effects.
    [[nodiscard]] const scenario& begin_with() const noexcept {
        return earlier != nullptr ? *earlier : *first_effect().scenario;
    }
    [[nodiscard]] const scenario_report& first_effect() const noexcept { return *effects.front(); }
};

/// All scenarios that failed or warned, each under one cause; the cause to mend first comes first. Points into
/// `report`.
[[nodiscard]] std::vector<cause> causes_of(const suite_report& report);

}  // namespace chatos::conformance
