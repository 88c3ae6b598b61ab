// Every seed corpus and dictionary that is generated: fuzz_write_seeds writes them, a test holds the files against
// them.
#pragma once

#include "seeds/seed.hpp"

#include <string>
#include <vector>

namespace chatos::fuzz {

/// One folder of corpora/, shared by all targets whose inputs have this form (targets.json says which).
struct seed_set {
    std::string name;  ///< of the folder, and of the dictionary without its ".dict"
    std::vector<seed> seeds;
    std::string dictionary;  ///< in libFuzzer's format; empty: there is none
};

[[nodiscard]] std::vector<seed_set> make_seed_sets();

/// Inputs of the set "packets" of which some are files, chosen by minimise.py. None where only the codec is built.
[[nodiscard]] std::vector<seed> make_candidates();

}  // namespace chatos::fuzz
