// fuzz_write_seeds FOLDER: writes the seed corpora and dictionaries into FOLDER/corpora and FOLDER/dictionaries. Run it
// on this folder after a change of seeds/, and commit what it writes; inputs that are already there stay.
// fuzz_write_seeds --candidates FOLDER: writes into FOLDER what minimise.py chooses from.
#include "seeds/seed_sets.hpp"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <ios>
#include <span>
#include <string_view>

namespace {

void write_file(const std::filesystem::path& path, std::span<const char> content) {
    std::ofstream file;
    file.exceptions(std::ios::failbit | std::ios::badbit);
    file.open(path, std::ios::binary);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
}

void write_corpus(const std::filesystem::path& folder, std::span<const chatos::fuzz::seed> seeds) {
    std::filesystem::create_directories(folder);
    for (const chatos::fuzz::seed& one : seeds) {
        write_file(folder / one.name, {reinterpret_cast<const char*>(one.input.data()), one.input.size()});
    }
}

void write_seeds(const std::filesystem::path& folder) {
    const std::filesystem::path dictionaries = folder / "dictionaries";
    std::filesystem::create_directories(dictionaries);
    for (const chatos::fuzz::seed_set& set : chatos::fuzz::make_seed_sets()) {
        write_corpus(folder / "corpora" / set.name, set.seeds);
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
        std::fputs("fuzz_write_seeds: wants one argument, the folder that holds corpora/ and dictionaries/; or two, "
                   "--candidates and a folder\n",
                   stderr);
        return 2;
    }
    try {
        if (wants_candidates) {
            write_corpus(arguments.back(), chatos::fuzz::make_candidates());
        } else {
            write_seeds(arguments.back());
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fuzz_write_seeds: cannot write seeds into %s: %s\n", arguments.back(), error.what());
        return 3;
    }
    return 0;
}
