// What fuzz_dump starts from.
#pragma once

#include "seeds/seed.hpp"

#include <vector>

namespace chatos::fuzz {

/// Streams that end in every way, texts that must be escaped or cut, each in one of the forms of output, and texts that
/// are or almost are hex; see dump/dump_properties.hpp.
[[nodiscard]] std::vector<seed> make_dump_seeds();

}  // namespace chatos::fuzz
