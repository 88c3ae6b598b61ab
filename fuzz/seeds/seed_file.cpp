#include "seeds/seed_file.hpp"

#include "base/hex.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace chatos::fuzz {

namespace {

constexpr std::string_view comment =
    "# Seeds: a name and the bytes in hex. Written by fuzz_write_seeds and seed_file.py (fuzz/README.md).\n";

}  // namespace

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file;
    file.exceptions(std::ios::failbit | std::ios::badbit);
    file.open(path, std::ios::binary);
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::vector<seed> read_seeds(const std::filesystem::path& path) {
    std::vector<seed> seeds;
    std::istringstream lines{read_file(path)};
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (line.starts_with('#')) {
            continue;
        }
        const std::size_t name_size = std::min(line.find(' '), line.size());
        const std::string_view hex = std::string_view{line}.substr(std::min(name_size + 1, line.size()));
        std::optional<std::vector<std::byte>> input = base::from_hex(hex);
        if (name_size == 0 || !input) {
            throw std::runtime_error{path.string() + ":" + std::to_string(number) +
                                     ": expected a name, a space and bytes in hex"};
        }
        seeds.push_back({line.substr(0, name_size), std::move(*input)});
    }
    std::ranges::sort(seeds, {}, &seed::name);
    return seeds;
}

std::string seed_file_text(std::vector<seed> seeds) {
    std::ranges::sort(seeds, {}, &seed::name);
    std::string text{comment};
    for (const seed& written : seeds) {
        text += written.name;
        if (!written.input.empty()) {
            text += ' ' + base::to_hex(written.input);
        }
        text += '\n';
    }
    return text;
}

std::string dictionary_line(std::string_view name, std::span<const std::byte> bytes) {
    return std::string{name} + "=\"\\x" + base::to_hex(bytes, "\\x") + "\"\n";
}

std::string dictionary_line(std::string_view name, std::string_view bytes) {
    return dictionary_line(name, std::as_bytes(std::span{bytes}));
}

}  // namespace chatos::fuzz
