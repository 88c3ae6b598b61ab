// For tests: scenarios written as little JSON as the test is about.
#pragma once

#include "scenario/scenario.hpp"

#include <string>
#include <string_view>

namespace chatos::conformance::testing {

/// A scenario file with these steps (a JSON array). `keys` are further keys of the scenario, `"needs": {...}, ` with a
/// comma at the end; those given there are not made up: id (server.test.steps), rules (PM-4), actors (alice, bob,
/// carol).
[[nodiscard]] std::string scenario_text(std::string_view steps, std::string_view keys = "");

/// The same, loaded. Throws std::runtime_error with the problems when it is refused.
[[nodiscard]] scenario make_scenario(std::string_view steps, std::string_view keys = "");

/// A file of the source tree ("scenario/refused_scenarios.json" below conformance/).
[[nodiscard]] std::string source_file(std::string_view path);

}  // namespace chatos::conformance::testing
