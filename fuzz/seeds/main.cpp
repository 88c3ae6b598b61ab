// fuzz_write_seeds FOLDER: writes the seed corpora and dictionaries into FOLDER/corpora and FOLDER/dictionaries. Run it
// on this folder after a change of seeds/, and commit what it writes; inputs that are already there stay.
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

void write_seeds(const std::filesystem::path& folder) {
    const std::filesystem::path dictionaries = folder / "dictionaries";
    std::filesystem::create_directories(dictionaries);
    for (const chatos::fuzz::seed_set& set : chatos::fuzz::make_seed_sets()) {
        const std::filesystem::path corpus = folder / "corpora" / set.name;
        std::filesystem::create_directories(corpus);
        for (const chatos::fuzz::seed& one : set.seeds) {
            write_file(corpus / one.name, {reinterpret_cast<const char*>(one.input.data()), one.input.size()});
        }
        if (!set.dictionary.empty()) {
            write_file(dictionaries / (set.name + ".dict"), set.dictionary);
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("fuzz_write_seeds: wants one argument, the folder that holds corpora/ and dictionaries/\n", stderr);
        return 2;
    }
    try {
        write_seeds(argv[1]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fuzz_write_seeds: cannot write seeds into %s: %s\n", argv[1], error.what());
        return 3;
    }
    return 0;
}
