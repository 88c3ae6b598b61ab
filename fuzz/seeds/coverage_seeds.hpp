// Seeds for places in the code that no value of the protocol leads to by itself: where the fast path of a batch gives
// up, where a kernel's blocks end. With them the corpora reach each line and branch of the codec before anything is
// mutated (coverage/coverage.py shows it).
#pragma once

#include "seeds/seed.hpp"

#include <vector>

namespace chatos::fuzz {

/// Plans with streams, whose split choice leaves a batch room for many packets.
[[nodiscard]] std::vector<seed> make_batch_seeds();

/// Texts that are long for the display.
[[nodiscard]] std::vector<seed> make_long_text_seeds();

}  // namespace chatos::fuzz
