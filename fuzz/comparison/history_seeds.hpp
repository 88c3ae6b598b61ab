// What fuzz_model starts from: a history for each flow of the protocol, each named by what it shows.
#pragma once

#include "seeds/seed.hpp"

#include <vector>

namespace chatos::fuzz {

[[nodiscard]] std::vector<seed> make_history_seeds();

}  // namespace chatos::fuzz
