// The dump's properties over inputs that are known: the seed corpus, every truncation of it, other plans, seeded
// mutations.
#include "dump/dump_properties.hpp"
#include "mutator/packet_mutator.hpp"
#include "seeds/replay.hpp"

#include <gtest/gtest.h>

#include <random>

namespace chatos::fuzz {
namespace {

const std::vector<seed>& corpus() {
    static const std::vector<seed> inputs = seeds_of("dump");
    return inputs;
}

TEST(dump_replay, seeds_and_every_truncation_of_them) {
    for (const seed& replayed : corpus()) {
        replay_truncations(check_dump, replayed);
    }
}

TEST(dump_replay, seeds_in_every_form) {
    for (seed tested : corpus()) {
        for (unsigned first = 0; first < 256; first += 8) {
            for (const unsigned second : {0U, 1U, 6U, 77U}) {
                tested.input[0] = (tested.input[0] & std::byte{7}) | static_cast<std::byte>(first);
                tested.input[1] = static_cast<std::byte>(second);
                ASSERT_TRUE(holds(check_dump, tested.input)) << tested.name;
            }
        }
    }
}

std::size_t change_a_byte(std::uint8_t* memory, std::size_t bytes, std::size_t bytes_max) {
    static std::mt19937 random{2021};
    if (bytes == 0 || (random() % 4 == 0 && bytes < bytes_max)) {
        memory[bytes] = static_cast<std::uint8_t>(random());
        return bytes + 1;
    }
    memory[random() % bytes] = static_cast<std::uint8_t>(random());
    return bytes;
}

TEST(dump_replay, seeded_mutations_of_the_seeds) {
    std::mt19937 random{20210217};
    for (int round = 0; round < 10'000; ++round) {
        std::vector<std::byte> input = corpus()[random() % corpus().size()].input;
        std::size_t bytes = input.size();
        input.resize(bytes + 100);
        for (std::uint32_t count = random() % 4 + 1; count != 0; --count) {
            bytes = mutate_packets(input, bytes, static_cast<std::uint32_t>(random()), change_a_byte);
        }
        input.resize(bytes);
        input.shrink_to_fit();
        ASSERT_TRUE(holds(check_dump, input)) << "round " << round;
    }
}

}  // namespace
}  // namespace chatos::fuzz
