// Numbers of captures and packet headers: fixed sizes, in either byte order.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace chatos::dump {

using byte_order = std::endian;

template <typename Number>
[[nodiscard]] inline Number swapped(Number value) noexcept {
    if constexpr (sizeof(Number) == 2) {
        return __builtin_bswap16(value);
    } else if constexpr (sizeof(Number) == 4) {
        return __builtin_bswap32(value);
    } else {
        static_assert(sizeof(Number) == 8);
        return __builtin_bswap64(value);
    }
}

/// The number at position `at`; the caller has made sure that its bytes are there.
template <typename Number>
[[nodiscard]] inline Number number_at(std::span<const std::byte> bytes, std::size_t at, byte_order order) noexcept {
    Number value{};
    std::memcpy(&value, bytes.data() + at, sizeof value);
    const bool is_native = (order == byte_order::little) == (std::endian::native == std::endian::little);
    return is_native ? value : swapped(value);
}

/// The same in network order.
template <typename Number>
[[nodiscard]] inline Number network_number_at(std::span<const std::byte> bytes, std::size_t at) noexcept {
    return number_at<Number>(bytes, at, byte_order::big);
}

/// Writes the number in network order; the caller has made sure that there is room for it.
inline void put_network_number(std::span<std::byte> bytes, std::size_t at, std::uint16_t number) noexcept {
    bytes[at] = static_cast<std::byte>(number >> 8U);
    bytes[at + 1] = static_cast<std::byte>(number & 0xFFU);
}

[[nodiscard]] inline std::uint8_t byte_at(std::span<const std::byte> bytes, std::size_t at) noexcept {
    return std::to_integer<std::uint8_t>(bytes[at]);
}

}  // namespace chatos::dump
