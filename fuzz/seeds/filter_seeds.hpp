// What fuzz_filter starts from.
#pragma once

#include "seeds/seed.hpp"

#include <string>
#include <vector>

namespace chatos::fuzz {

/// Filters that together use every field, operator and form of value, and texts that are refused for each reason.
[[nodiscard]] std::vector<seed> make_filter_seeds();

/// Fields, operators, words and values; in libFuzzer's format.
[[nodiscard]] std::string make_filter_dictionary();

}  // namespace chatos::fuzz
