// Files compiled into the program, so that one binary suffices.
#pragma once

#include "scenario/catalog.hpp"

#include <vector>

namespace chatos::conformance {

/// "scenario.schema.json" and those of profiles, reports, `list --json` and `rules --json`.
[[nodiscard]] std::vector<builtin_file> embedded_schemas();

}  // namespace chatos::conformance
