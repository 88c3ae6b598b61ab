// The cells of a rule: the cases that its text distinguishes, each of which an implementation can break alone. For each
// of them there is a scenario, or a reason why there is none, and the faults of the models that break just that case.
// The list is in cells.def.
#pragma once

#include <span>
#include <string_view>

namespace chatos::conformance {

struct rule_cell {
    std::string_view id;         ///< "PM-5/to-nobody": the rule, then the case
    std::string_view text;       ///< what holds in this case, one sentence
    std::string_view scenarios;  ///< ids of those that test it, separated by blanks; may be empty
    std::string_view faults;     ///< names of those that break it, separated by blanks; may be empty
    std::string_view untested;   ///< why no scenario can test it; empty if one does

    /// The id of its rule.
    [[nodiscard]] constexpr std::string_view rule() const noexcept { return id.substr(0, id.find('/')); }
};

/// All cells, in the order of the rules. Static storage.
[[nodiscard]] std::span<const rule_cell> all_cells() noexcept;

}  // namespace chatos::conformance
