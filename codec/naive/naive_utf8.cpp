#include "naive_utf8.hpp"

namespace naive {
namespace {

/// A sequence of bytes that stand for one character.
struct sequence {
    unsigned char bytes[4];
    std::size_t size;
};

/// How many bytes the first byte announces: as many as it has ones at its top, none of them for one byte alone.
/// 0 where UTF-8 has no such first byte at all.
std::size_t announced_size(unsigned char first) {
    std::size_t ones = 0;
    for (unsigned bit = 0x80; bit != 0 && (first & bit) != 0; bit /= 2) {
        ++ones;
    }
    if (ones == 0) {
        return 1;
    }
    return ones >= 2 && ones <= 4 ? ones : 0;
}

/// The shortest form of a number, up to 0x1FFFFF.
sequence shortest_form(unsigned long number) {
    const auto last_six_bits = [](unsigned long bits) { return static_cast<unsigned char>(0x80 + bits % 64); };
    if (number <= 0x7F) {
        return {{static_cast<unsigned char>(number)}, 1};
    }
    if (number <= 0x7FF) {
        return {{static_cast<unsigned char>(0xC0 + number / 64), last_six_bits(number)}, 2};
    }
    if (number <= 0xFFFF) {
        return {{static_cast<unsigned char>(0xE0 + number / 4096), last_six_bits(number / 64), last_six_bits(number)},
                3};
    }
    return {{static_cast<unsigned char>(0xF0 + number / 262144), last_six_bits(number / 4096),
             last_six_bits(number / 64), last_six_bits(number)},
            4};
}

/// Size of the well-formed sequence at the front of the bytes; 0 if there is none.
std::size_t well_formed_size(const unsigned char* bytes, std::size_t count) {
    const std::size_t size = announced_size(bytes[0]);
    if (size == 0 || size > count) {
        return 0;
    }
    constexpr unsigned long bits_of_the_first[5] = {0, 128, 32, 16, 8};
    unsigned long number = bytes[0] % bits_of_the_first[size];
    for (std::size_t index = 1; index < size; ++index) {
        if (bytes[index] / 64 != 2) {
            return 0;
        }
        number = number * 64 + bytes[index] % 64;
    }
    const bool is_surrogate = number >= 0xD800 && number <= 0xDFFF;
    if (number > 0x10FFFF || is_surrogate) {
        return 0;
    }
    const sequence again = shortest_form(number);
    if (again.size != size) {
        return 0;
    }
    for (std::size_t index = 0; index < size; ++index) {
        if (again.bytes[index] != bytes[index]) {
            return 0;
        }
    }
    return size;
}

}  // namespace

std::size_t first_ill_formed(const unsigned char* bytes, std::size_t count) {
    std::size_t at = 0;
    while (at < count) {
        const std::size_t size = well_formed_size(bytes + at, count - at);
        if (size == 0) {
            return at;
        }
        at += size;
    }
    return count;
}

}  // namespace naive
