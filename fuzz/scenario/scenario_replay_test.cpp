// The properties of scenarios over inputs that are known: the seed corpus, truncations of it, seeded mutations, all
// built-in scenarios.
#include "scenario/catalog.hpp"
#include "scenario/load.hpp"
#include "scenario/peers.hpp"
#include "scenario/scenario_properties.hpp"
#include "seeds/replay.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace chatos::fuzz {
namespace {

const std::vector<seed>& corpus() {
    static const std::vector<seed> inputs = seeds_of("scenario");
    return inputs;
}

TEST(scenario_replay, seeds_and_every_truncation_of_them) {
    for (const seed& replayed : corpus()) {
        replay_truncations(check_scenario, replayed);
    }
}

TEST(scenario_replay, seeds_with_any_peer) {
    std::mt19937 random{2021};
    for (const seed& tested : corpus()) {
        for (int round = 0; round < 60; ++round) {
            std::vector<std::byte> input{tested.input.begin(), std::ranges::find(tested.input, std::byte{0})};
            input.push_back(std::byte{0});
            for (auto count = random() % 40; count != 0; --count) {
                input.push_back(static_cast<std::byte>(random() % 3 == 0 ? random() : random() % 4 * 16));
            }
            ASSERT_TRUE(holds(check_scenario, input)) << tested.name << ", round " << round;
        }
    }
}

TEST(scenario_replay, seeded_mutations_of_the_seeds) {
    constexpr std::string_view letters = "\"{}[],: \n019aAlx\\\xC3\x1b";
    std::mt19937 random{20210217};
    for (int round = 0; round < 4'000; ++round) {
        std::vector<std::byte> input = corpus()[random() % corpus().size()].input;
        for (auto count = random() % 3 + 1; count != 0 && !input.empty(); --count) {
            std::byte& byte = input[random() % input.size()];
            byte = random() % 2 == 0 ? static_cast<std::byte>(random())
                                     : static_cast<std::byte>(letters[random() % letters.size()]);
        }
        ASSERT_TRUE(holds(check_scenario, input)) << "round " << round;
    }
}

/// A peer that does what they want can be found for nearly all of them: `conforms` is judged.
TEST(scenario_replay, built_in_scenarios_pass_with_a_peer_that_does_what_they_want) {
    std::size_t played = 0;
    std::string not_played;
    for (const conformance::builtin_file& file : conformance::builtin_files()) {
        const std::span<const std::byte> bytes = std::as_bytes(std::span{file.text});
        ASSERT_TRUE(holds(check_scenario, bytes)) << file.name;
        const auto loaded = conformance::load_scenario(file.text, std::string{file.name});
        const auto& scenario = std::get<conformance::scenario>(loaded);
        simulated_network network{scenario};
        const bool is_played = play_along(network, scenario, 0);
        played += is_played ? 1 : 0;
        not_played += is_played ? "" : " " + scenario.id;
    }
    EXPECT_GE(played, conformance::builtin_files().size() * 95 / 100) << not_played;
}

}  // namespace
}  // namespace chatos::fuzz
