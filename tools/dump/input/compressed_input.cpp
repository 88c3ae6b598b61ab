#include "dump/input/compressed_input.hpp"

#include "dump/input/gzip_source.hpp"
#include "dump/input/zstd_source.hpp"

#include <algorithm>
#include <array>

namespace chatos::dump {

namespace {

constexpr std::array gzip_magic{std::byte{0x1F}, std::byte{0x8B}};
constexpr std::array zstd_magic{std::byte{0x28}, std::byte{0xB5}, std::byte{0x2F}, std::byte{0xFD}};

template <std::size_t Size>
bool starts_with(std::span<const std::byte> bytes, const std::array<std::byte, Size>& magic) {
    return bytes.size() >= Size && std::equal(magic.begin(), magic.end(), bytes.begin());
}

}  // namespace

std::unique_ptr<byte_source> decompressed(file_source& file) {
    const std::span<const std::byte> start = file.start();
    if (starts_with(start, gzip_magic)) {
        return std::make_unique<gzip_source>(file);
    }
    if (starts_with(start, zstd_magic)) {
        return std::make_unique<zstd_source>(file);
    }
    return nullptr;
}

}  // namespace chatos::dump
