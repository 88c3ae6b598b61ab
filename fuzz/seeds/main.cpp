// fuzz_write_seeds FOLDER: writes the generated seeds and dictionaries into FOLDER/corpora and FOLDER/dictionaries. Run
// it on this folder after a change of seeds/, and commit the result. Other seeds of the files stay. fuzz_write_seeds
// --candidates FILE: writes a seed file from which minimise.py chooses.
#include "seeds/seed_sets.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <ios>
#include <span>
#include <string_view>

namespace {

void write_file(const std::filesystem::path& path, std::string_view content) {
    std::ofstream file;
    file.exceptions(std::ios::failbit | std::ios::badbit);
    file.open(path, std::ios::binary);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
}

void write_seeds(const std::filesystem::path& folder) {
    const std::filesystem::path corpora = folder / "corpora";
    const std::filesystem::path dictionaries = folder / "dictionaries";
    std::filesystem::create_directories(corpora);
    std::filesystem::create_directories(dictionaries);
    for (const chatos::fuzz::seed_set& set : chatos::fuzz::make_seed_sets()) {
        const std::filesystem::path path = corpora / (set.name + ".txt");
        std::vector<chatos::fuzz::seed> seeds = set.seeds;
        if (std::filesystem::exists(path)) {
            for (chatos::fuzz::seed& kept : chatos::fuzz::read_seeds(path)) {
                if (std::ranges::find(set.seeds, kept.name, &chatos::fuzz::seed::name) == set.seeds.end()) {
                    seeds.push_back(std::move(kept));
                }
            }
        }
        write_file(path, chatos::fuzz::seed_file_text(std::move(seeds)));
        if (!set.dictionary.empty()) {
            write_file(dictionaries / (set.name + ".dict"), set.dictionary);
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::span<char*> arguments{argv, static_cast<std::size_t>(argc)};
    const bool wants_candidates = argc == 3 && std::string_view{arguments[1]} == "--candidates";
    if (argc != 2 && !wants_candidates) {
        std::fputs("usage: fuzz_write_seeds FOLDER (which has corpora/ and dictionaries/)\n"
                   "       fuzz_write_seeds --candidates FILE\n",
                   stderr);
        return 2;
    }
    try {
        if (wants_candidates) {
            write_file(arguments.back(), chatos::fuzz::seed_file_text(chatos::fuzz::make_candidates()));
        } else {
            write_seeds(arguments.back());
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fuzz_write_seeds: cannot write seeds to %s: %s\n", arguments.back(), error.what());
        return 3;
    }
    return 0;
}
