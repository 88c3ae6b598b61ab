// What fuzz_scenario starts from.
#pragma once

#include "seeds/seed.hpp"

#include <string>
#include <vector>

namespace chatos::fuzz {

/// Built-in scenarios that together use all keys that any of them uses, one that uses those that none uses, each with a
/// peer; peers that do each of their commands; and files that are refused. See scenario/scenario_properties.hpp.
[[nodiscard]] std::vector<seed> make_scenario_file_seeds();

/// The keys and fixed words of the format, from its schema; in libFuzzer's format.
[[nodiscard]] std::string make_scenario_dictionary();

}  // namespace chatos::fuzz
