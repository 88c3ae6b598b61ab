// Most texts are plain ASCII throughout, which is found out many bytes at a time.
#include <chatos/display.hpp>

#include <cstring>

namespace chatos {
namespace {

constexpr bool is_plain(char letter) noexcept {
    return letter >= ' ' && letter <= '~' && letter != '"' && letter != '\\';
}

// What GCC and Clang make vector instructions of, on any CPU.
using block = signed char __attribute__((vector_size(16)));
using block_halves = std::uint64_t __attribute__((vector_size(16)));

bool is_plain_block(const char* letters) noexcept {
    block bytes;
    std::memcpy(&bytes, letters, sizeof bytes);
    // Bytes from 0x80 on are negative.
    const auto wrong =
        reinterpret_cast<block_halves>((bytes < ' ') | (bytes == 0x7F) | (bytes == '"') | (bytes == '\\'));
    return (wrong[0] | wrong[1]) == 0;
}

}  // namespace

std::size_t plain_bytes(std::string_view text) noexcept {
    std::size_t plain = 0;
    if (text.size() >= sizeof(block)) {
        const std::size_t last_block = text.size() - sizeof(block);
        while (plain < last_block && is_plain_block(text.data() + plain)) {
            plain += sizeof(block);
        }
        if (plain >= last_block && is_plain_block(text.data() + last_block)) {
            return text.size();
        }
    }
    while (plain < text.size() && is_plain(text[plain])) {
        ++plain;
    }
    return plain;
}

}  // namespace chatos
