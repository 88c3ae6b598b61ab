// Mutants stay inside their room, are the same for the same seed, and mostly get past the framing.
#include "base/hex.hpp"
#include "mutator/packet_mutator.hpp"
#include "mutator/stream_outline.hpp"
#include "properties/decode_plan.hpp"
#include "seeds/seed_file.hpp"
#include "seeds/seed_sets.hpp"

#include <chatos/decode.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace chatos::fuzz {
namespace {

std::size_t leave_as_it_is(std::uint8_t* /*memory*/, std::size_t bytes, std::size_t /*bytes_max*/) {
    return bytes;
}

/// The seed's input after one mutation, which has room for `spare` bytes more.
std::vector<std::byte> mutant_of(const seed& tested, std::uint32_t number, std::size_t spare) {
    std::vector<std::byte> memory = tested.input;
    memory.resize(memory.size() + spare);
    memory.resize(mutate_packets(memory, tested.input.size(), number, leave_as_it_is));
    return memory;
}

TEST(packet_mutator, never_leaves_its_room) {
    for (const seed& tested : make_packet_seeds()) {
        for (std::size_t spare = 0; spare <= 80; spare += 16) {
            for (std::uint32_t number = 0; number < 200; ++number) {
                std::vector<std::byte> memory = tested.input;
                memory.resize(tested.input.size() + spare);
                ASSERT_LE(mutate_packets(memory, tested.input.size(), number, leave_as_it_is), memory.size())
                    << tested.name;
            }
        }
    }
}

TEST(packet_mutator, inputs_too_short_for_a_plan_get_one) {
    std::vector<std::byte> memory(20);
    EXPECT_GE(mutate_packets(memory, 0, 7, leave_as_it_is), plan_bytes);
    EXPECT_EQ(mutate_packets(std::span{memory}.first(1), 0, 7, leave_as_it_is), 1U);
    EXPECT_EQ(mutate_packets(std::span{memory}.first(0), 0, 7, leave_as_it_is), 0U);
}

TEST(packet_mutator, the_seed_alone_decides) {
    const seed tested = make_packet_seeds().front();
    std::set<std::string> different;
    for (std::uint32_t number = 0; number < 100; ++number) {
        const std::string mutant = base::to_hex(mutant_of(tested, number, 100));
        EXPECT_EQ(mutant, base::to_hex(mutant_of(tested, number, 100)));
        different.insert(mutant);
    }
    EXPECT_GT(different.size(), 60U);
}

TEST(packet_mutator, most_mutants_of_a_packet_are_packets_and_some_are_not) {
    std::size_t mutants = 0;
    std::size_t packets = 0;
    std::set<violation> violations;
    for (const seed& tested : make_packet_seeds()) {
        const decode_plan plan = plan_of(tested.input);
        if (decode(plan.stream, plan.bounds).status != decode_status::complete) {
            continue;
        }
        for (std::uint32_t number = 0; number < 500; ++number) {
            const std::vector<std::byte> mutant = mutant_of(tested, number, 100);
            const decode_result first = decode(plan_of(mutant).stream, limits{});
            ++mutants;
            packets += first.status == decode_status::complete ? 1U : 0U;
            violations.insert(first.error.what);
        }
    }
    EXPECT_GT(packets, mutants * 6 / 10);
    EXPECT_LT(packets, mutants * 95 / 100);
    EXPECT_EQ(violations.size(), 7U) << "some way to be wrong is never tried";
}

TEST(stream_outline, finds_packets_and_texts_even_where_sizes_lie) {
    const std::vector<std::byte> stream{std::byte{3},    std::byte{0},    std::byte{1},
                                        std::byte{'b'},  std::byte{0xFF}, std::byte{0xFF},
                                        std::byte{0xFF}, std::byte{0xFF}, std::byte{'x'}};
    const stream_outline outline = outline_of(stream);
    ASSERT_EQ(outline.count, 1U);
    const packet_place& packet = outline.packets[0];
    EXPECT_EQ(packet.end, stream.size());
    ASSERT_EQ(packet.text_count, 2U);
    EXPECT_EQ(packet.texts[0].body_start, 3U);
    EXPECT_EQ(packet.texts[0].body_bytes, 1U);
    EXPECT_EQ(packet.texts[1].size_start, 4U);
    EXPECT_EQ(packet.texts[1].body_bytes, 1U);
}

}  // namespace
}  // namespace chatos::fuzz
