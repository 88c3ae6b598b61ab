// The properties of filters over texts that are known: the seeds, every truncation of them, seeded mutations.
#include "base/hex.hpp"
#include "filter/filter_properties.hpp"
#include "seeds/corpus_files.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace chatos::fuzz {
namespace {

::testing::AssertionResult holds(const std::vector<std::byte>& input) {
    if (const verdict found = check_filter(input)) {
        return ::testing::AssertionFailure() << "property '" << found->property << "' is broken: " << found->detail
                                             << "\ninput " << base::to_hex(input);
    }
    return ::testing::AssertionSuccess();
}

std::vector<seed> corpus() {
    return read_corpus(std::filesystem::path{CHATOS_FUZZ_FOLDER} / "corpora" / "filter");
}

TEST(filter_replay, seeds_and_truncations_of_them) {
    const std::vector<seed> inputs = corpus();
    ASSERT_FALSE(inputs.empty());
    for (const seed& one : inputs) {
        for (std::size_t size = 0; size <= one.input.size(); ++size) {
            const std::vector<std::byte> cut(one.input.begin(), one.input.begin() + static_cast<std::ptrdiff_t>(size));
            ASSERT_TRUE(holds(cut)) << one.name << ", first " << size << " bytes";
        }
    }
}

TEST(filter_replay, seeded_mutations_of_the_seeds) {
    const std::vector<seed> inputs = corpus();
    ASSERT_FALSE(inputs.empty());
    std::mt19937 random{20210217};
    constexpr std::string_view interesting = "\"\\!()&|=<>~ 0.:[]-x{}\x1b\xff";
    for (int round = 0; round < 3'000; ++round) {
        std::vector<std::byte> input = inputs[random() % inputs.size()].input;
        for (auto count = random() % 3 + 1; count != 0 && !input.empty(); --count) {
            const auto letter = static_cast<std::byte>(interesting[random() % interesting.size()]);
            const auto place = static_cast<std::ptrdiff_t>(random() % input.size());
            switch (random() % 3) {
            case 0: input[static_cast<std::size_t>(place)] = letter; break;
            case 1: input.insert(input.begin() + place, letter); break;
            default: input.erase(input.begin() + place); break;
            }
        }
        ASSERT_TRUE(holds(input)) << "round " << round;
    }
}

}  // namespace
}  // namespace chatos::fuzz
