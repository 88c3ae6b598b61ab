#include "seeds/corpus_files.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace chatos::fuzz {

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file;
    file.exceptions(std::ios::failbit | std::ios::badbit);
    file.open(path, std::ios::binary);
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::vector<seed> read_corpus(const std::filesystem::path& folder) {
    std::vector<seed> inputs;
    for (const auto& file : std::filesystem::directory_iterator{folder}) {
        const std::string text = read_file(file.path());
        const std::span<const std::byte> bytes = std::as_bytes(std::span{text});
        inputs.push_back({file.path().filename().string(), {bytes.begin(), bytes.end()}});
    }
    std::ranges::sort(inputs, {}, &seed::name);
    return inputs;
}

}  // namespace chatos::fuzz
