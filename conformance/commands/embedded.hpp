// Files compiled into the program, so that one binary suffices.
#pragma once

#include "scenario/catalog.hpp"

#include <vector>

namespace chatos::conformance {

/// "scenario.schema.json", "profile.schema.json", "report.schema.json".
[[nodiscard]] std::vector<builtin_file> embedded_schemas();

}  // namespace chatos::conformance
