#include "packet_space.hpp"

#include <algorithm>
#include <cassert>

namespace chatos::testing {
namespace {

std::vector<std::uint64_t> in_order(std::vector<std::uint64_t> sizes) {
    std::ranges::sort(sizes);
    sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
    return sizes;
}

void put_number(byte_string& bytes, std::uint64_t number, unsigned size) {
    for (unsigned left = size; left-- > 0;) {
        bytes.push_back(static_cast<std::byte>(number >> (8 * left)));
    }
}

void put_text(byte_string& bytes, const declared_text& text, unsigned size_of_size) {
    put_number(bytes, text.size, size_of_size);
    for (const char letter : text.bytes) {
        bytes.push_back(static_cast<std::byte>(letter));
    }
}

}  // namespace

std::vector<std::uint64_t> pseudo_size_classes(std::uint64_t limit) {
    return in_order({0, 1, limit - 1, limit, limit + 1, (1U << 15U) - 1, 1U << 15U, (1U << 16U) - 1});
}

std::vector<std::uint64_t> message_size_classes(std::uint64_t limit) {
    return in_order({0, 1, limit - 1, limit, limit + 1, (1U << 15U) - 1, 1U << 15U, (1U << 16U) - 1, (1U << 31U) - 1,
                     1U << 31U, 0xFFFFFFFF});
}

std::string mixed_text(std::size_t size) {
    constexpr std::string_view characters[] = {"m", "\u00e9", "\u20ac", "\U0001f419"};
    std::string text;
    for (std::size_t index = 0; text.size() + characters[index % 4].size() <= size; ++index) {
        text += characters[index % 4];
    }
    text.resize(size, 'x');
    return text;
}

part_shape shape_of(unsigned opcode) {
    switch (opcode) {
    case 1:
    case 2:
    case 5: return {.pseudo = true, .message = false, .error_code = false};
    case 4: return {.pseudo = false, .message = true, .error_code = false};
    case 6: return {.pseudo = false, .message = false, .error_code = true};
    default: return {.pseudo = true, .message = true, .error_code = false};
    }
}

byte_string packet_of(unsigned opcode, const declared_text& pseudo, const declared_text& message) {
    const part_shape shape = shape_of(opcode);
    assert(!shape.error_code);
    byte_string bytes{static_cast<std::byte>(opcode)};
    if (shape.pseudo) {
        put_text(bytes, pseudo, 2);
    }
    if (shape.message) {
        put_text(bytes, message, 4);
    }
    return bytes;
}

byte_string packet_of(unsigned opcode, std::string_view pseudo, std::string_view message) {
    return packet_of(opcode, declared_text{pseudo.size(), pseudo}, declared_text{message.size(), message});
}

byte_string error_packet(unsigned code) {
    return {std::byte{6}, static_cast<std::byte>(code)};
}

byte_string operator+(byte_string left, const byte_string& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

}  // namespace chatos::testing
