// The properties of anonymous captures over the seeds, and over mutations of them.
#include "capture/capture_properties.hpp"
#include "seeds/replay.hpp"

#include <gtest/gtest.h>

#include <random>

namespace chatos::fuzz {
namespace {

TEST(anonymize_replay, seeds_keep_their_verdicts_and_lose_their_texts) {
    for (const seed& replayed : seeds_of("capture")) {
        EXPECT_TRUE(holds(check_anonymize, replayed.input)) << replayed.name;
    }
}

TEST(anonymize_replay, mutations_of_the_seeds_do_as_well) {
    const std::vector<seed> inputs = seeds_of("capture");
    std::mt19937 random{20210217};
    for (int round = 0; round < 500; ++round) {
        std::vector<std::byte> input = inputs[random() % inputs.size()].input;
        for (std::uint32_t count = random() % 4 + 1; count != 0 && !input.empty(); --count) {
            input[random() % input.size()] ^= static_cast<std::byte>(1U << (random() % 8));
        }
        ASSERT_TRUE(holds(check_anonymize, input)) << "round " << round;
    }
}

}  // namespace
}  // namespace chatos::fuzz
