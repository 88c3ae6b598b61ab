// What fuzz_capture, fuzz_link and fuzz_reassembly start from.
#pragma once

#include "seeds/seed.hpp"

#include <vector>

namespace chatos::fuzz {

[[nodiscard]] std::vector<seed> make_capture_seeds();
[[nodiscard]] std::vector<seed> make_link_seeds();
[[nodiscard]] std::vector<seed> make_reassembly_seeds();

}  // namespace chatos::fuzz
