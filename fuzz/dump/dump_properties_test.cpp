// The dump's properties over inputs that are known: the seed corpus, every truncation of it, other plans, seeded
// mutations.
#include "base/hex.hpp"
#include "dump/dump_properties.hpp"
#include "mutator/packet_mutator.hpp"
#include "seeds/corpus_files.hpp"

#include <gtest/gtest.h>

#include <random>

namespace chatos::fuzz {
namespace {

::testing::AssertionResult holds(const std::vector<std::byte>& input) {
    if (const verdict found = check_dump(input)) {
        return ::testing::AssertionFailure() << "property '" << found->property << "' is broken: " << found->detail
                                             << "\ninput " << base::to_hex(input);
    }
    return ::testing::AssertionSuccess();
}

const std::vector<seed>& corpus() {
    static const std::vector<seed> inputs = read_corpus(std::filesystem::path{CHATOS_FUZZ_FOLDER} / "corpora" / "dump");
    return inputs;
}

TEST(dump_replay, seeds_and_every_truncation_of_them) {
    ASSERT_FALSE(corpus().empty());
    for (const seed& one : corpus()) {
        for (std::size_t size = 0; size <= one.input.size(); ++size) {
            const std::vector<std::byte> cut(one.input.begin(), one.input.begin() + static_cast<std::ptrdiff_t>(size));
            ASSERT_TRUE(holds(cut)) << one.name << ", first " << size << " bytes";
        }
    }
}

TEST(dump_replay, seeds_in_every_form) {
    for (seed one : corpus()) {
        for (unsigned first = 0; first < 256; first += 8) {
            for (const unsigned second : {0U, 1U, 6U, 77U}) {
                one.input[0] = (one.input[0] & std::byte{7}) | static_cast<std::byte>(first);
                one.input[1] = static_cast<std::byte>(second);
                ASSERT_TRUE(holds(one.input)) << one.name;
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
    ASSERT_FALSE(corpus().empty());
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
        ASSERT_TRUE(holds(input)) << "round " << round;
    }
}

}  // namespace
}  // namespace chatos::fuzz
