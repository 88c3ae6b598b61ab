// The codec's properties over inputs that are known: the seed corpora, every truncation of them, seeded mutations.
#include "mutator/packet_mutator.hpp"
#include "properties/allocation_watch.hpp"
#include "properties/codec_harnesses.hpp"
#include "properties/decode_properties.hpp"
#include "properties/encode_properties.hpp"
#include "properties/round_trip_properties.hpp"
#include "properties/stream_properties.hpp"
#include "seeds/replay.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace chatos::fuzz {
namespace {

struct harness {
    const char* name;
    const char* inputs;
    property_check check;
};

constexpr harness harnesses[] = {
    {"fuzz_decode", "packets", check_decode},
    {"fuzz_stream", "packets", check_stream},
    {"fuzz_round_trip", "packets", check_round_trip},
    {"fuzz_differential", "packets", check_differential},
    {"fuzz_utf8", "utf8", check_utf8},
    {"fuzz_encode", "encode", check_encode},
};

class replay : public ::testing::TestWithParam<harness> {};

TEST_P(replay, seeds_and_every_truncation_of_them) {
    for (const seed& replayed : seeds_of(GetParam().inputs)) {
        replay_truncations(GetParam().check, replayed);
    }
}

// The first two bytes of every input choose: limits, base offset, split, cut, room.
TEST_P(replay, seeds_with_other_choices) {
    for (seed tested : seeds_of(GetParam().inputs)) {
        if (tested.input.size() < plan_bytes) {
            continue;
        }
        for (unsigned first = 0; first < 64; ++first) {
            for (unsigned second = 0; second < 20; ++second) {
                tested.input[0] = static_cast<std::byte>(first);
                tested.input[1] = static_cast<std::byte>(second);
                ASSERT_TRUE(holds(GetParam().check, tested.input)) << tested.name;
            }
        }
    }
}

/// Changes a byte, or the number of them; gives the new size.
std::size_t mutate_bytes(std::uint8_t* memory, std::size_t bytes, std::size_t bytes_max) {
    static std::mt19937 random{2021};
    constexpr std::uint8_t interesting[] = {0, 1, 6, 7, 0x7F, 0x80, 0xC0, 0xED, 0xF4, 0xFF};
    if (bytes == 0 || (random() % 4 == 0 && bytes < bytes_max)) {
        memory[bytes] = interesting[random() % std::size(interesting)];
        return bytes + 1;
    }
    std::uint8_t& byte = memory[random() % bytes];
    switch (random() % 3) {
    case 0: byte = static_cast<std::uint8_t>(byte ^ (1U << (random() % 8))); return bytes;
    case 1: byte = interesting[random() % std::size(interesting)]; return bytes;
    default: return 1 + random() % bytes;
    }
}

TEST_P(replay, seeded_mutations_of_the_seeds) {
    const std::vector<seed> inputs = seeds_of(GetParam().inputs);
    std::mt19937 random{20210217};
    for (int round = 0; round < 10'000; ++round) {
        std::vector<std::byte> input = inputs[random() % inputs.size()].input;
        std::size_t bytes = input.size();
        input.resize(bytes + 200);
        for (std::uint32_t count = random() % 4 + 1; count != 0; --count) {
            bytes = mutate_packets(input, bytes, static_cast<std::uint32_t>(random()), mutate_bytes);
        }
        input.resize(bytes);
        input.shrink_to_fit();
        ASSERT_TRUE(holds(GetParam().check, input)) << "round " << round;
    }
}

INSTANTIATE_TEST_SUITE_P(fuzz, replay, ::testing::ValuesIn(harnesses),
                         [](const auto& tested) { return std::string{tested.param.name}; });

TEST(replay, streams_that_are_longer_than_any_seed) {
    const std::string long_message(65'536, 'm');
    for (const unsigned split_choice : {0U, 15U, 200U, 255U}) {
        std::vector<std::byte> input{std::byte{0}, static_cast<std::byte>(split_choice)};
        for (const packet_view& packet : {make_spm(std::string_view{long_message}.substr(0, 255), long_message),
                                          make_sma(std::string_view{long_message}.substr(1)), make_cr("bob")}) {
            std::vector<std::byte> wire(encoded_size(packet));
            ASSERT_EQ(encode(packet, wire).status, encode_status::ok);
            input.insert(input.end(), wire.begin(), wire.end());
        }
        for (const harness& tested : harnesses) {
            EXPECT_TRUE(holds(tested.check, input)) << tested.name << ", split " << split_choice;
        }
        input[input.size() - 10] = std::byte{0xFF};
        for (const harness& tested : harnesses) {
            EXPECT_TRUE(holds(tested.check, input)) << tested.name << ", split " << split_choice;
        }
    }
}

TEST(allocation_watch, counts_where_a_sanitizer_is_linked) {
    const std::uint64_t before = allocations();
    const std::vector<int> allocated(100);
    EXPECT_EQ(allocated.size(), 100U);
    EXPECT_EQ(allocations() - before, counts_allocations() ? 1U : 0U);
#if defined(__SANITIZE_ADDRESS__)
    EXPECT_TRUE(counts_allocations());
#endif
}

TEST(fuzz_targets, a_broken_property_is_named_and_ends_the_process) {
    require("fuzz_decode", {});
    EXPECT_DEATH(require("fuzz_decode", failure{"need", "too few bytes"}),
                 "fuzz_decode: property 'need' is broken: too few bytes");
}

TEST(fuzz_targets, the_canary_can_fail) {
    const std::vector<std::byte> short_message{std::byte{0}, std::byte{0}, std::byte{1},
                                               std::byte{0}, std::byte{1}, std::byte{'b'}};
    EXPECT_FALSE(check_canary(short_message));
    std::vector<std::byte> long_message = short_message;
    for (const unsigned byte : {3U, 0U, 1U, 97U, 0U, 0U, 0U, 5U, 104U, 101U, 108U, 108U, 111U}) {
        long_message.push_back(static_cast<std::byte>(byte));
    }
    EXPECT_TRUE(check_canary(long_message));
}

}  // namespace
}  // namespace chatos::fuzz
