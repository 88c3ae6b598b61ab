// The properties of scenarios over inputs that are known: the seed corpus, truncations of it, seeded mutations, all
// built-in scenarios.
#include "scenario/catalog.hpp"
#include "scenario/load.hpp"
#include "scenario/peers.hpp"
#include "scenario/scenario_properties.hpp"
#include "seeds/corpus_files.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace chatos::fuzz {
namespace {

::testing::AssertionResult holds(const std::vector<std::byte>& input) {
    if (const verdict found = check_scenario(input)) {
        return ::testing::AssertionFailure()
               << "property '" << found->property << "' is broken: " << found->detail << "\ninput\n"
               << std::string_view{reinterpret_cast<const char*>(input.data()), input.size()};
    }
    return ::testing::AssertionSuccess();
}

const std::vector<seed>& corpus() {
    static const std::vector<seed> inputs =
        read_corpus(std::filesystem::path{CHATOS_FUZZ_FOLDER} / "corpora" / "scenario");
    return inputs;
}

TEST(scenario_replay, seeds_and_every_truncation_of_them) {
    ASSERT_FALSE(corpus().empty());
    for (const seed& one : corpus()) {
        for (std::size_t size = 0; size <= one.input.size(); ++size) {
            const std::vector<std::byte> cut(one.input.begin(), one.input.begin() + static_cast<std::ptrdiff_t>(size));
            ASSERT_TRUE(holds(cut)) << one.name << ", first " << size << " bytes";
        }
    }
}

TEST(scenario_replay, seeds_with_any_peer) {
    std::mt19937 random{2021};
    for (const seed& one : corpus()) {
        for (int round = 0; round < 60; ++round) {
            std::vector<std::byte> input{one.input.begin(), std::ranges::find(one.input, std::byte{0})};
            input.push_back(std::byte{0});
            for (auto count = random() % 40; count != 0; --count) {
                input.push_back(static_cast<std::byte>(random() % 3 == 0 ? random() : random() % 4 * 16));
            }
            ASSERT_TRUE(holds(input)) << one.name << ", round " << round;
        }
    }
}

TEST(scenario_replay, seeded_mutations_of_the_seeds) {
    ASSERT_FALSE(corpus().empty());
    constexpr std::string_view letters = "\"{}[],: \n019aAlx\\\xC3\x1b";
    std::mt19937 random{20210217};
    for (int round = 0; round < 4'000; ++round) {
        std::vector<std::byte> input = corpus()[random() % corpus().size()].input;
        for (auto count = random() % 3 + 1; count != 0 && !input.empty(); --count) {
            std::byte& byte = input[random() % input.size()];
            byte = random() % 2 == 0 ? static_cast<std::byte>(random())
                                     : static_cast<std::byte>(letters[random() % letters.size()]);
        }
        ASSERT_TRUE(holds(input)) << "round " << round;
    }
}

/// A peer that does what they want can be found for nearly all of them: `conforms` is judged.
TEST(scenario_replay, built_in_scenarios_pass_with_a_peer_that_does_what_they_want) {
    std::size_t played = 0;
    std::string not_played;
    for (const conformance::builtin_file& file : conformance::builtin_files()) {
        const std::span<const std::byte> bytes = std::as_bytes(std::span{file.text});
        ASSERT_TRUE(holds({bytes.begin(), bytes.end()})) << file.name;
        const auto loaded = conformance::load_scenario(file.text, std::string{file.name});
        const auto& what = std::get<conformance::scenario>(loaded);
        played_network network{what};
        const bool is_played = play_along(network, what, 0);
        played += is_played ? 1 : 0;
        not_played += is_played ? "" : " " + what.id;
    }
    EXPECT_GE(played, conformance::builtin_files().size() * 95 / 100) << not_played;
}

}  // namespace
}  // namespace chatos::fuzz
