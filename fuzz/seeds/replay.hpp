// What the tests of all harnesses do with the seeds: check a property for each of them and for all their truncations.
#pragma once

#include "base/hex.hpp"
#include "properties/verdict.hpp"
#include "seeds/seed_file.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace chatos::fuzz {

using property_check = verdict (*)(std::span<const std::byte> input);

/// The seeds of this form of input; fails the test if there are none.
inline std::vector<seed> seeds_of(std::string_view inputs) {
    const std::filesystem::path corpora = std::filesystem::path{CHATOS_FUZZ_FOLDER} / "corpora";
    std::vector<seed> seeds = read_seeds((corpora / inputs).replace_extension(".txt"));
    EXPECT_FALSE(seeds.empty()) << inputs;
    return seeds;
}

inline ::testing::AssertionResult holds(property_check check, std::span<const std::byte> input) {
    // Memory of the input's very size, so that AddressSanitizer sees where it ends.
    const std::vector<std::byte> copy(input.begin(), input.end());
    if (const verdict broken = check(copy)) {
        return ::testing::AssertionFailure() << "property '" << broken->property << "' is broken: " << broken->detail
                                             << "\ninput " << base::to_hex(input);
    }
    return ::testing::AssertionSuccess();
}

inline void replay_truncations(property_check check, const seed& replayed) {
    for (std::size_t size = 0; size <= replayed.input.size(); ++size) {
        ASSERT_TRUE(holds(check, std::span{replayed.input}.first(size)))
            << replayed.name << ", first " << size << " bytes";
    }
}

}  // namespace chatos::fuzz
