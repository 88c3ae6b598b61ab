// The properties of filters over texts that are known: the seeds, every truncation of them, seeded mutations.
#include "filter/filter_properties.hpp"
#include "seeds/replay.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace chatos::fuzz {
namespace {

TEST(filter_replay, seeds_and_truncations_of_them) {
    for (const seed& replayed : seeds_of("filter")) {
        replay_truncations(check_filter, replayed);
    }
}

TEST(filter_replay, seeded_mutations_of_the_seeds) {
    const std::vector<seed> inputs = seeds_of("filter");
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
        ASSERT_TRUE(holds(check_filter, input)) << "round " << round;
    }
}

}  // namespace
}  // namespace chatos::fuzz
