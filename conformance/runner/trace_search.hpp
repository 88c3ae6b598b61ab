// Which of the scenarios that ran before a failure leave behind what makes it: a search that repeats parts of them.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace chatos::conformance {

struct scenario;

/// Whether the failure comes after these scenarios, run in this order on a fresh server; nothing once a bound on the
/// repetitions is reached.
using fails_after = std::function<std::optional<bool>(std::span<const scenario* const>)>;

struct trace_search {
    /// The failure comes after these and, as far as the bound let the search know, after no part of them. Empty: not
    /// even after all.
    std::vector<const scenario*> needed;
    bool is_cut{false};  ///< the bound ended the search
};

/// `before`: what ran on the same server, in its order; without it the failure must not come. Asks for the last ones
/// first, since a trace that stays for long would have been noticed earlier.
[[nodiscard]] trace_search find_trace(std::span<const scenario* const> before, const fails_after& fails);

}  // namespace chatos::conformance
