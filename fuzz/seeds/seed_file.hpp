// Seed files: fuzz/corpora/INPUTS.txt holds the seeds of one form of input, a line each: a name and the bytes in hex.
// seed_file.py reads and writes them as well.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::fuzz {

/// An input that a fuzzer starts from.
struct seed {
    std::string name;  ///< says what the input shows
    std::vector<std::byte> input;
};

/// The seeds of the file at `path`, in the order of their names. Throws std::runtime_error if it cannot be read.
[[nodiscard]] std::vector<seed> read_seeds(const std::filesystem::path& path);

/// An entry of a dictionary, as libFuzzer and AFL++ read it: name="\x01\x00".
[[nodiscard]] std::string dictionary_line(std::string_view name, std::span<const std::byte> bytes);
[[nodiscard]] std::string dictionary_line(std::string_view name, std::string_view bytes);

/// The content of a seed file with `seeds`.
[[nodiscard]] std::string seed_file_text(std::vector<seed> seeds);

/// The bytes of a file. Throws std::ios_base::failure if it cannot be read.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

}  // namespace chatos::fuzz
