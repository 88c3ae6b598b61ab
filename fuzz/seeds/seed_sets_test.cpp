// Whether the files are what the generator writes, and whether the seeds show what they are to show.
#include "base/hex.hpp"
#include "properties/decode_plan.hpp"
#include "seeds/corpus_files.hpp"
#include "seeds/packet_seeds.hpp"
#include "seeds/seed_sets.hpp"

#include <chatos/decode.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace chatos::fuzz {
namespace {

const std::filesystem::path fuzz_folder = CHATOS_FUZZ_FOLDER;

TEST(fuzz_seeds, files_are_what_the_generator_writes) {
    for (const seed_set& set : make_seed_sets()) {
        const std::vector<seed> files = read_corpus(fuzz_folder / "corpora" / set.name);
        for (const seed& made : set.seeds) {
            const auto file = std::ranges::find(files, made.name, &seed::name);
            ASSERT_NE(file, files.end()) << set.name << "/" << made.name
                                         << " is missing: run fuzz_write_seeds on fuzz/";
            EXPECT_EQ(base::to_hex(file->input), base::to_hex(made.input))
                << set.name << "/" << made.name << " is stale: run fuzz_write_seeds on fuzz/";
        }
        if (!set.dictionary.empty()) {
            EXPECT_EQ(read_file(fuzz_folder / "dictionaries" / (set.name + ".dict")), set.dictionary)
                << "the dictionary is stale: run fuzz_write_seeds on fuzz/";
        }
    }
}

TEST(fuzz_seeds, files_that_were_chosen_from_candidates_are_still_among_them) {
    const std::vector<seed> candidates = make_candidates();
    std::size_t chosen = 0;
    for (const seed& file : read_corpus(fuzz_folder / "corpora" / "packets")) {
        if (candidates.empty() || !file.name.starts_with("scenario_")) {
            continue;
        }
        ++chosen;
        const auto candidate = std::ranges::find(candidates, file.name, &seed::name);
        EXPECT_TRUE(candidate != candidates.end() && candidate->input == file.input)
            << file.name << " is stale: run seeds/minimise.py";
    }
    EXPECT_EQ(chosen == 0, candidates.empty());
}

TEST(fuzz_seeds, no_corpus_grows_beyond_what_a_test_can_replay) {
    for (const auto& folder : std::filesystem::directory_iterator{fuzz_folder / "corpora"}) {
        const std::vector<seed> files = read_corpus(folder.path());
        std::size_t bytes = 0;
        for (const seed& file : files) {
            bytes += file.input.size();
        }
        EXPECT_LT(files.size(), 400U) << folder.path();
        EXPECT_LT(bytes, 400U * 1024) << folder.path();
    }
}

TEST(fuzz_seeds, no_name_is_used_twice) {
    for (const seed_set& set : make_seed_sets()) {
        std::vector<std::string> names;
        for (const seed& one : set.seeds) {
            names.push_back(one.name);
        }
        std::ranges::sort(names);
        EXPECT_EQ(std::ranges::adjacent_find(names), names.end()) << set.name;
    }
}

TEST(fuzz_seeds, reach_every_packet_and_every_violation) {
    std::vector<opcode> packets;
    std::vector<violation> violations;
    for (const seed& one : make_packet_seeds()) {
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
