// fuzz_describe TARGET FILE: says in words what an input of a fuzz target means.
#include "describe/describe.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// Reads to the end of the file. False when that is not possible; errno says why.
bool read_file(const char* path, std::vector<std::byte>& content) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path, "rb"), std::fclose};
    if (!file) {
        return false;
    }
    std::byte piece[4096];
    for (std::size_t count = 0; (count = std::fread(piece, 1, sizeof piece, file.get())) != 0;) {
        content.insert(content.end(), piece, piece + count);
    }
    return std::ferror(file.get()) == 0;
}

void print_usage() {
    std::string usage =
        "usage: fuzz_describe TARGET FILE\nsays in words what an input of a fuzz target means; targets:\n";
    for (const std::string_view name : chatos::fuzz::described_targets()) {
        usage.append("  ").append(name).append("\n");
    }
    std::fputs(usage.c_str(), stderr);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        print_usage();
        return 2;
    }
    const std::vector<std::string_view> known = chatos::fuzz::described_targets();
    if (std::ranges::find(known, std::string_view{argv[1]}) == known.end()) {
        std::fprintf(stderr, "fuzz_describe: there is no target '%s'\n", argv[1]);
        print_usage();
        return 2;
    }
    std::vector<std::byte> input;
    if (!read_file(argv[2], input)) {
        std::fprintf(stderr, "fuzz_describe: cannot read %s: %s\n", argv[2], std::strerror(errno));
        return 3;
    }
    const std::string words = chatos::fuzz::describe_input(argv[1], input);
    std::fwrite(words.data(), 1, words.size(), stdout);
    return std::fflush(stdout) == 0 ? 0 : 3;
}
