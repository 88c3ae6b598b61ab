// What fuzz_utf8 and fuzz_encode start from.
#pragma once

#include "seeds/seed.hpp"

#include <string_view>
#include <vector>

namespace chatos::fuzz {

/// Sequences next to every boundary of UTF-8, each alone, in the middle of letters, and across the ends of the kernels'
/// blocks; and a character of each kind that is not shown as it is.
[[nodiscard]] std::vector<seed> make_utf8_seeds();

/// A value of each packet, and one for each reason to refuse; see properties/encode_properties.hpp.
[[nodiscard]] std::vector<seed> make_encode_seeds();

}  // namespace chatos::fuzz
