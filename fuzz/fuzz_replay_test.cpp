// The fuzzers' properties over inputs that are known: the seed corpora, every truncation of them, seeded mutations.
#include "properties/decode_properties.hpp"
#include "seeds/decode_seeds.hpp"
#include "targets/require.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

namespace chatos::fuzz {
namespace {

const std::filesystem::path fuzz_folder = CHATOS_FUZZ_FOLDER;

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    EXPECT_TRUE(file.is_open()) << path;
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::vector<std::byte> as_bytes(const std::string& text) {
    const std::span<const std::byte> view = std::as_bytes(std::span{text});
    return {view.begin(), view.end()};
}

/// The inputs of the corpus, in the order of their names.
std::vector<seed> corpus() {
    std::vector<seed> inputs;
    for (const auto& file : std::filesystem::directory_iterator{fuzz_folder / "corpora" / "fuzz_decode"}) {
        inputs.push_back({file.path().filename().string(), as_bytes(read_file(file.path()))});
    }
    std::ranges::sort(inputs, {}, &seed::name);
    return inputs;
}

std::string hex_of(std::span<const std::byte> bytes) {
    std::string text;
    for (const std::byte one : bytes) {
        constexpr std::string_view digits = "0123456789abcdef";
        text += digits[std::to_integer<std::size_t>(one) / 16];
        text += digits[std::to_integer<std::size_t>(one) % 16];
    }
    return text;
}

::testing::AssertionResult holds(std::span<const std::byte> input) {
    if (const verdict found = check_decode_properties(input)) {
        return ::testing::AssertionFailure()
               << "property '" << found->property << "' is broken: " << found->detail << "\ninput " << hex_of(input);
    }
    return ::testing::AssertionSuccess();
}

TEST(fuzz_decode_replay, seeds_and_every_truncation_of_them) {
    const std::vector<seed> inputs = corpus();
    ASSERT_FALSE(inputs.empty());
    for (const seed& one : inputs) {
        for (std::size_t size = 0; size <= one.input.size(); ++size) {
            // A vector of its own ends where the input ends, for AddressSanitizer to see.
            const std::vector<std::byte> cut(one.input.begin(), one.input.begin() + static_cast<std::ptrdiff_t>(size));
            ASSERT_TRUE(holds(cut)) << one.name << ", first " << size << " bytes";
        }
    }
}

TEST(fuzz_decode_replay, every_plan_for_every_seed) {
    for (seed one : corpus()) {
        if (one.input.size() < plan_bytes) {
            continue;
        }
        for (unsigned limits_choice = 0; limits_choice < 32; ++limits_choice) {
            for (unsigned split_choice = 0; split_choice < 20; ++split_choice) {
                one.input[0] = static_cast<std::byte>(limits_choice);
                one.input[1] = static_cast<std::byte>(split_choice);
                ASSERT_TRUE(holds(one.input)) << one.name;
            }
        }
    }
}

/// Changes `input` in one of the ways that decoders get wrong.
void mutate(std::vector<std::byte>& input, const std::vector<seed>& inputs, std::mt19937& random) {
    const auto below = [&random](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
    const auto place = [&](std::size_t bound) { return static_cast<std::ptrdiff_t>(below(bound)); };
    constexpr std::byte interesting[] = {std::byte{0},    std::byte{1},    std::byte{6},    std::byte{7},
                                         std::byte{0x7F}, std::byte{0x80}, std::byte{0xC0}, std::byte{0xED},
                                         std::byte{0xF4}, std::byte{0xFF}};
    if (input.empty()) {
        input.push_back(interesting[below(std::size(interesting))]);
        return;
    }
    switch (below(6)) {
    case 0: input[below(input.size())] ^= static_cast<std::byte>(1U << below(8)); break;
    case 1: input[below(input.size())] = interesting[below(std::size(interesting))]; break;
    case 2: input.insert(input.begin() + place(input.size()), static_cast<std::byte>(below(256))); break;
    case 3: input.erase(input.begin() + place(input.size())); break;
    case 4: {
        const std::vector<std::byte>& other = inputs[below(inputs.size())].input;
        input.insert(input.end(), other.begin() + std::min<std::ptrdiff_t>(plan_bytes, std::ssize(other)), other.end());
        break;
    }
    default: input.resize(below(input.size()) + 1); break;
    }
}

TEST(fuzz_decode_replay, seeded_mutations_of_the_seeds) {
    const std::vector<seed> inputs = corpus();
    ASSERT_FALSE(inputs.empty());
    std::mt19937 random{20210217};
    for (int round = 0; round < 10'000; ++round) {
        std::vector<std::byte> input = inputs[random() % inputs.size()].input;
        for (std::uint32_t count = random() % 4 + 1; count != 0; --count) {
            mutate(input, inputs, random);
        }
        input.shrink_to_fit();
        ASSERT_TRUE(holds(input)) << "round " << round;
    }
}

TEST(fuzz_decode_replay, inputs_that_are_longer_than_any_seed) {
    const std::string long_message(65'536, 'm');
    for (const unsigned split_choice : {0U, 15U, 200U, 255U}) {
        std::vector<std::byte> input{std::byte{0}, static_cast<std::byte>(split_choice)};
        for (const packet_view& packet : {make_spm(std::string_view{long_message}.substr(0, 255), long_message),
                                          make_sma(std::string_view{long_message}.substr(1)), make_cr("bob")}) {
            std::vector<std::byte> wire(encoded_size(packet));
            ASSERT_EQ(encode(packet, wire).status, encode_status::ok);
            input.insert(input.end(), wire.begin(), wire.end());
        }
        EXPECT_TRUE(holds(input)) << split_choice;
        input[input.size() - 10] = std::byte{0xFF};
        EXPECT_TRUE(holds(input)) << split_choice;
    }
}

TEST(fuzz_targets, a_broken_property_is_named_and_ends_the_process) {
    require("fuzz_decode", {});
    EXPECT_DEATH(require("fuzz_decode", failure{"need", "too few bytes"}),
                 "fuzz_decode: property 'need' is broken: too few bytes");
}

TEST(fuzz_seeds, files_are_what_the_generator_writes) {
    const std::vector<seed> files = corpus();
    for (const seed& made : make_decode_seeds()) {
        const auto file = std::ranges::find(files, made.name, &seed::name);
        ASSERT_NE(file, files.end()) << made.name << " is missing: run fuzz_write_seeds on fuzz/";
        EXPECT_EQ(hex_of(file->input), hex_of(made.input)) << made.name << " is stale: run fuzz_write_seeds on fuzz/";
    }
    EXPECT_EQ(read_file(fuzz_folder / "dictionaries" / "fuzz_decode.dict"), make_decode_dictionary())
        << "the dictionary is stale: run fuzz_write_seeds on fuzz/";
}

TEST(fuzz_seeds, reach_every_packet_and_every_violation) {
    std::vector<opcode> packets;
    std::vector<violation> violations;
    for (const seed& one : make_decode_seeds()) {
        const decode_plan plan = plan_of(one.input);
        std::span<const std::byte> rest = plan.stream;
        for (decode_result result = decode(rest, plan.bounds);; result = decode(rest, plan.bounds)) {
            if (result.status != decode_status::complete) {
                violations.push_back(result.error.what);
                break;
            }
            packets.push_back(result.packet.op);
            rest = rest.subspan(result.consumed);
        }
    }
    for (const packet_layout& row : packet_table) {
        EXPECT_NE(std::ranges::find(packets, row.op), packets.end()) << row.name;
    }
    for (auto what = violation::none; what <= violation::unassigned_error_code;
         what = static_cast<violation>(static_cast<unsigned>(what) + 1)) {
        EXPECT_NE(std::ranges::find(violations, what), violations.end()) << violation_name(what);
    }
}

}  // namespace
}  // namespace chatos::fuzz
