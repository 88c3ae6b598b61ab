// Whether the files are what the generator writes, and whether the seeds show what they are to show.
#include "base/hex.hpp"
#include "properties/decode_plan.hpp"
#include "seeds/seed_file.hpp"
#include "seeds/seed_sets.hpp"

#include <chatos/decode.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace chatos::fuzz {
namespace {

const std::filesystem::path fuzz_folder = CHATOS_FUZZ_FOLDER;

std::filesystem::path seed_file(const std::string& inputs) {
    return fuzz_folder / "corpora" / (inputs + ".txt");
}

TEST(fuzz_seeds, files_are_what_the_generator_writes) {
    for (const seed_set& set : make_seed_sets()) {
        const std::vector<seed> seeds = read_seeds(seed_file(set.name));
        for (const seed& generated : set.seeds) {
            const auto position = std::ranges::find(seeds, generated.name, &seed::name);
            ASSERT_NE(position, seeds.end()) << set.name << "/" << generated.name << " is missing: run tools/dev seeds";
            EXPECT_EQ(base::to_hex(position->input), base::to_hex(generated.input))
                << set.name << "/" << generated.name << " is stale: run tools/dev seeds";
        }
        EXPECT_EQ(read_file(seed_file(set.name)), seed_file_text(seeds))
            << "not in the form that tools/dev seeds writes";
        if (!set.dictionary.empty()) {
            EXPECT_EQ(read_file(fuzz_folder / "dictionaries" / (set.name + ".dict")), set.dictionary)
                << "the dictionary is stale: run tools/dev seeds";
        }
    }
}

TEST(fuzz_seeds, chosen_seeds_are_still_candidates) {
    const std::vector<seed> candidates = make_candidates();
    std::size_t chosen_count = 0;
    for (const seed& kept : read_seeds(seed_file("packets"))) {
        if (candidates.empty() || !kept.name.starts_with(scenario_seed_prefix)) {
            continue;
        }
        ++chosen_count;
        const auto candidate = std::ranges::find(candidates, kept.name, &seed::name);
        EXPECT_TRUE(candidate != candidates.end() && candidate->input == kept.input)
            << kept.name << " is stale: run tools/dev seeds";
    }
    EXPECT_EQ(chosen_count == 0, candidates.empty());
}

TEST(fuzz_seeds, no_file_grows_beyond_what_a_test_can_replay) {
    for (const auto& file : std::filesystem::directory_iterator{fuzz_folder / "corpora"}) {
        const std::vector<seed> seeds = read_seeds(file.path());
        std::size_t bytes = 0;
        for (const seed& counted : seeds) {
            bytes += counted.input.size();
        }
        EXPECT_LT(seeds.size(), 400U) << file.path();
        EXPECT_LT(bytes, 400U * 1024) << file.path();
    }
}

TEST(fuzz_seeds, a_file_that_is_no_seed_file_is_refused_with_the_line) {
    const std::filesystem::path path = std::filesystem::path{::testing::TempDir()} / "refused_seeds.txt";
    for (const std::string_view line : {"name 0", "name 0g", "name  00", " 00", "", "name 00 11"}) {
        std::ofstream{path} << "# comment\nempty\n" << line << '\n';
        try {
            EXPECT_TRUE(read_seeds(path).empty()) << "accepted: " << line;
        } catch (const std::runtime_error& error) {
            EXPECT_NE(std::string_view{error.what()}.find(".txt:3: expected"), std::string_view::npos) << error.what();
        }
    }
}

TEST(fuzz_seeds, no_name_is_used_twice) {
    for (const seed_set& set : make_seed_sets()) {
        std::vector<std::string> names;
        for (const seed& tested : set.seeds) {
            names.push_back(tested.name);
        }
        std::ranges::sort(names);
        EXPECT_EQ(std::ranges::adjacent_find(names), names.end()) << set.name;
    }
}

TEST(fuzz_seeds, reach_every_packet_and_every_violation) {
    std::vector<opcode> packets;
    std::vector<violation> violations;
    for (const seed& tested : make_packet_seeds()) {
        const decode_plan plan = plan_of(tested.input);
        std::span<const std::byte> remaining = plan.stream;
        for (decode_result result = decode(remaining, plan.bounds);; result = decode(remaining, plan.bounds)) {
            if (result.status != decode_status::complete) {
                violations.push_back(result.error.what);
                break;
            }
            packets.push_back(result.packet.op);
            remaining = remaining.subspan(result.consumed);
        }
    }
    for (const packet_layout& row : packet_table) {
        EXPECT_NE(std::ranges::find(packets, row.op), packets.end()) << row.name;
    }
    for (auto kind = violation::none; kind <= violation::unassigned_error_code;
         kind = static_cast<violation>(static_cast<unsigned>(kind) + 1)) {
        EXPECT_NE(std::ranges::find(violations, kind), violations.end()) << violation_name(kind);
    }
}

}  // namespace
}  // namespace chatos::fuzz
