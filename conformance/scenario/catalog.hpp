// All scenarios that a run may use: the built-in ones, and those of files and folders that the user names.
#pragma once

#include "json/checked_reader.hpp"
#include "scenario/scenario.hpp"
#include "scenario/scenario_pattern.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::conformance {

/// A scenario file as it was compiled in.
struct builtin_file {
    std::string_view name;
    std::string_view text;
};
[[nodiscard]] std::vector<builtin_file> builtin_files();

/// What to choose; several words in one list are alternatives, the lists narrow each other.
struct selection {
    std::vector<std::string> words;         ///< ids, globs (* and ?), files, folders; empty: all built-in ones
    std::vector<std::string> rules;         ///< "PM-4"
    std::vector<std::string> levels;        ///< "must", ...
    std::vector<std::string> areas;         ///< "pm"
    std::optional<test_role> role{};        ///< whom they judge; both if there is none
    std::string suite_version{};            ///< only those that there were in it; empty: all
    std::vector<std::string> skips{};       ///< none of these ids and globs, each of which must match a scenario
    std::vector<skip_entry> known_skips{};  ///< nor of these, which may match none
};

/// One that the other words choose.
struct skipped_scenario {
    const conformance::scenario* scenario{nullptr};
    std::string reason;
};

struct catalog {
    /// Sorted by id: all, if no words choose; otherwise the files' scenarios, the built-in ones that a word matches,
    /// and the controls of both.
    std::vector<scenario> scenarios;
    std::vector<const scenario*> selected;  ///< sorted by id; points into `scenarios`
    std::vector<skipped_scenario> skipped;  ///< sorted by id; likewise
    std::vector<std::string> ids;           ///< that a pattern may match: of built-in scenarios and of files
};

/// Loads and selects. Problems (of files, of words that match nothing) leave the catalog empty.
struct catalog_result {
    catalog loaded;
    std::vector<problem> problems;
};
[[nodiscard]] catalog_result make_catalog(const selection& selection);

}  // namespace chatos::conformance
