// The properties of captures over inputs that are known: the seeds, every truncation of them, seeded mutations; and
// that the properties can fail.
#include "base/hex.hpp"
#include "capture/capture_properties.hpp"
#include "capture/link_properties.hpp"
#include "capture/reassembly_properties.hpp"
#include "seeds/corpus_files.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace chatos::fuzz {
namespace {

struct harness {
    const char* name;
    verdict (*check)(std::span<const std::byte> input);
};

constexpr harness harnesses[] = {{"capture", check_capture}, {"link", check_link}, {"reassembly", check_reassembly}};

class capture_replay : public ::testing::TestWithParam<harness> {
protected:
    [[nodiscard]] static std::vector<seed> corpus() {
        return read_corpus(std::filesystem::path{CHATOS_FUZZ_FOLDER} / "corpora" / GetParam().name);
    }
    static ::testing::AssertionResult holds(const std::vector<std::byte>& input) {
        if (const verdict found = GetParam().check(input)) {
            return ::testing::AssertionFailure() << "property '" << found->property << "' is broken: " << found->detail
                                                 << "\ninput " << base::to_hex(input);
        }
        return ::testing::AssertionSuccess();
    }
};

TEST_P(capture_replay, seeds_and_truncations_of_them) {
    const std::vector<seed> inputs = corpus();
    ASSERT_FALSE(inputs.empty());
    for (const seed& one : inputs) {
        for (std::size_t size = 0; size <= one.input.size(); ++size) {
            const std::vector<std::byte> cut(one.input.begin(), one.input.begin() + static_cast<std::ptrdiff_t>(size));
            ASSERT_TRUE(holds(cut)) << one.name << ", first " << size << " bytes";
        }
    }
}

TEST_P(capture_replay, seeded_mutations_of_the_seeds) {
    const std::vector<seed> inputs = corpus();
    ASSERT_FALSE(inputs.empty());
    std::mt19937 random{20210217};
    constexpr std::uint8_t interesting[] = {0, 1, 2, 4, 6, 0x45, 0x7F, 0x80, 0xFF};
    for (int round = 0; round < 3'000; ++round) {
        std::vector<std::byte> input = inputs[random() % inputs.size()].input;
        for (std::uint32_t count = random() % 4 + 1; count != 0 && !input.empty(); --count) {
            std::byte& changed = input[random() % input.size()];
            const bool is_flip = random() % 2 == 0;
            changed = is_flip ? changed ^ static_cast<std::byte>(1U << (random() % 8))
                              : std::byte{interesting[random() % std::size(interesting)]};
        }
        ASSERT_TRUE(holds(input)) << "round " << round;
    }
}

INSTANTIATE_TEST_SUITE_P(fuzz, capture_replay, ::testing::ValuesIn(harnesses),
                         [](const auto& tested) { return std::string{tested.param.name}; });

}  // namespace
}  // namespace chatos::fuzz
