// Decimal digits, eight at a time: most of what a line consists of, besides texts, are numbers.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace chatos::dump {

/// Room that write_number() needs: the digits of the largest number, and what it writes past them.
inline constexpr std::size_t number_room = 32;
inline constexpr std::uint32_t eight_digits_end = 100'000'000;

/// The digits of a number below eight_digits_end as values from 0 to 9, the first in the lowest byte.
[[nodiscard]] constexpr std::uint64_t eight_digits(std::uint32_t number) noexcept {
    // Two halves of four digits, then four pairs, then eight: each division is a multiplication in all lanes at once.
    std::uint64_t lanes = number / 10'000U | std::uint64_t{number % 10'000U} << 32U;
    const std::uint64_t hundreds = (lanes * 10'486U >> 20U) & 0x0000'007F'0000'007FU;
    lanes = hundreds | (lanes - hundreds * 100U) << 16U;
    const std::uint64_t tens = (lanes * 103U >> 10U) & 0x000F'000F'000F'000FU;
    return tens | (lanes - tens * 10U) << 8U;
}

/// Writes the letters of eight_digits(), the lowest byte first.
inline void store_digits(char* at, std::uint64_t digits) noexcept {
    digits += 0x3030'3030'3030'3030U;
    if constexpr (std::endian::native == std::endian::big) {
        digits = __builtin_bswap64(digits);
    }
    std::memcpy(at, &digits, sizeof digits);
}

/// Writes the number and returns where its digits end. Up to number_room bytes from `at` on are overwritten.
inline char* write_number(char* at, std::uint64_t number) noexcept {
    if (number < 10) {
        *at = static_cast<char>('0' + number);
        return at + 1;
    }
    if (number < eight_digits_end) {
        const std::uint64_t digits = eight_digits(static_cast<std::uint32_t>(number));
        const auto zeros = static_cast<unsigned>(std::countr_zero(digits)) / 8U;
        store_digits(at, digits >> zeros * 8U);
        return at + (8U - zeros);
    }
    at = write_number(at, number / eight_digits_end);
    store_digits(at, eight_digits(static_cast<std::uint32_t>(number % eight_digits_end)));
    return at + 8;
}

/// Writes a point and the first `digits` digits, up to 9, of a fraction of a second; returns where they end. Overwrites
/// up to number_room bytes.
inline char* write_fraction(char* at, std::uint32_t nanoseconds, std::size_t digits) noexcept {
    *at = '.';
    store_digits(at + 1, eight_digits(nanoseconds / 10));
    at[9] = static_cast<char>('0' + nanoseconds % 10);
    return at + 1 + digits;
}

}  // namespace chatos::dump
