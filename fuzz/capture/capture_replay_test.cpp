// The properties of captures over inputs that are known: the seeds, every truncation of them, seeded mutations; and
// that the properties can fail.
#include "capture/capture_properties.hpp"
#include "seeds/replay.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace chatos::fuzz {
namespace {

struct harness {
    const char* name;
    property_check check;
};

constexpr harness harnesses[] = {{"capture", check_capture}, {"link", check_link}, {"reassembly", check_reassembly}};

class capture_replay : public ::testing::TestWithParam<harness> {};

TEST_P(capture_replay, seeds_and_truncations_of_them) {
    for (const seed& replayed : seeds_of(GetParam().name)) {
        replay_truncations(GetParam().check, replayed);
    }
}

TEST_P(capture_replay, seeded_mutations_of_the_seeds) {
    const std::vector<seed> inputs = seeds_of(GetParam().name);
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
        ASSERT_TRUE(holds(GetParam().check, input)) << "round " << round;
    }
}

INSTANTIATE_TEST_SUITE_P(fuzz, capture_replay, ::testing::ValuesIn(harnesses),
                         [](const auto& tested) { return std::string{tested.param.name}; });

}  // namespace
}  // namespace chatos::fuzz
