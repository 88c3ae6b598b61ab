// What fuzz_session starts from: a script for each flow of the protocol, each named by what it shows.
#pragma once

#include "seeds/seed.hpp"

#include <string>
#include <vector>

namespace chatos::fuzz {

[[nodiscard]] std::vector<seed> make_session_seeds();

/// The text of fuzz_session.dict, in libFuzzer's format: commands and pairs of them that belong together.
[[nodiscard]] std::string make_session_dictionary();

}  // namespace chatos::fuzz
