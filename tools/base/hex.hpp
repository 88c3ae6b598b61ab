// Bytes as hexadecimal digits, and back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::base {

/// The digits of values 0 to 15, in lower case.
inline constexpr std::string_view hex_digits = "0123456789abcdef";

/// The two lower-case digits of `byte`.
[[nodiscard]] constexpr std::array<char, 2> hex_pair(std::uint8_t byte) noexcept {
    return {hex_digits[byte >> 4U], hex_digits[byte & 0xFU]};
}

/// The value of a digit of either case; nullopt for any other character.
[[nodiscard]] constexpr std::optional<unsigned> hex_value(char digit) noexcept {
    if (digit >= '0' && digit <= '9') {
        return static_cast<unsigned>(digit - '0');
    }
    const char lower = static_cast<char>(digit | 0x20);
    if (lower >= 'a' && lower <= 'f') {
        return static_cast<unsigned>(lower - 'a') + 10U;
    }
    return std::nullopt;
}

/// Each byte as two lower-case digits, with `separator` between bytes: "0600", "06 00".
[[nodiscard]] std::string to_hex(std::span<const std::byte> bytes, std::string_view separator = {});
[[nodiscard]] std::string to_hex(std::string_view bytes, std::string_view separator = {});

/// The bytes that pairs of digits of either case give; nullopt for an odd number of digits or any other character.
[[nodiscard]] std::optional<std::vector<std::byte>> from_hex(std::string_view digits);

/// Bytes that a program spells out itself, spaces between them as it likes: hex_bytes("03 0003 626f62"). Anything but
/// spaces and pairs of digits is a mistake of the program, and throws std::invalid_argument.
[[nodiscard]] std::vector<std::byte> hex_bytes(std::string_view digits);

}  // namespace chatos::base
