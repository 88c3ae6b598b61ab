// Scenario files: JSON text to a checked scenario, or everything that is wrong with it.
#pragma once

#include "json/checked_reader.hpp"
#include "scenario/scenario.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace chatos::conformance {

/// `source` names the text in problems (a path, or "built in"). Never throws because of the text: unknown keys,
/// wrong types, unknown rules, actors, ids and names, and steps that could never run are problems.
[[nodiscard]] std::variant<scenario, std::vector<problem>> load_scenario(std::string_view json,
                                                                         const std::string& source);

}  // namespace chatos::conformance
