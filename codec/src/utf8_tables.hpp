// UTF-8 by table look-up (J. Keiser, D. Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte", 2020): each
// pair of neighbouring bytes is classified by three nibbles; what is wrong with a pair is a bit that all three agree
// on.
#pragma once

#include <array>
#include <cstdint>

namespace chatos::detail {

// What can be wrong with a pair of bytes.
inline constexpr std::uint8_t too_short = 1U << 0U;       // a lead, then no continuation
inline constexpr std::uint8_t too_long = 1U << 1U;        // ASCII, then a continuation
inline constexpr std::uint8_t overlong_3 = 1U << 2U;      // E0 80..9F
inline constexpr std::uint8_t too_large = 1U << 3U;       // F4 90..BF, F5..FF
inline constexpr std::uint8_t surrogate = 1U << 4U;       // ED A0..BF
inline constexpr std::uint8_t overlong_2 = 1U << 5U;      // C0, C1
inline constexpr std::uint8_t too_large_1000 = 1U << 6U;  // F5..FF 80..8F
inline constexpr std::uint8_t overlong_4 = 1U << 6U;  // F0 80..8F; shares the bit, the second nibble tells them apart
inline constexpr std::uint8_t two_continuations = 1U << 7U;  // right only after a lead of three or four bytes

inline constexpr std::uint8_t carry = too_short | too_long | two_continuations;

/// By the high nibble of the first byte.
inline constexpr std::array<std::uint8_t, 16> first_high{
    too_long,
    too_long,
    too_long,
    too_long,
    too_long,
    too_long,
    too_long,
    too_long,  // 0x: ASCII
    two_continuations,
    two_continuations,
    two_continuations,
    two_continuations,                                    // 8x to Bx: continuation
    too_short | overlong_2,                               // Cx
    too_short,                                            // Dx
    too_short | overlong_3 | surrogate,                   // Ex
    too_short | too_large | too_large_1000 | overlong_4,  // Fx
};

/// By the low nibble of the first byte.
inline constexpr std::array<std::uint8_t, 16> first_low{
    carry | overlong_3 | overlong_2 | overlong_4,  // x0
    carry | overlong_2,                            // x1
    carry,
    carry,
    carry | too_large,  // x4
    carry | too_large | too_large_1000,
    carry | too_large | too_large_1000,
    carry | too_large | too_large_1000,
    carry | too_large | too_large_1000,
    carry | too_large | too_large_1000,
    carry | too_large | too_large_1000,
    carry | too_large | too_large_1000,
    carry | too_large | too_large_1000,
    carry | too_large | too_large_1000 | surrogate,  // xD
    carry | too_large | too_large_1000,
    carry | too_large | too_large_1000,
};

/// By the high nibble of the second byte.
inline constexpr std::array<std::uint8_t, 16> second_high{
    too_short,
    too_short,
    too_short,
    too_short,
    too_short,
    too_short,
    too_short,
    too_short,                                                                             // 0x: ASCII
    too_long | overlong_2 | two_continuations | overlong_3 | too_large_1000 | overlong_4,  // 8x
    too_long | overlong_2 | two_continuations | overlong_3 | too_large,                    // 9x
    too_long | overlong_2 | two_continuations | surrogate | too_large,                     // Ax
    too_long | overlong_2 | two_continuations | surrogate | too_large,                     // Bx
    too_short,
    too_short,
    too_short,
    too_short,  // Cx to Fx: lead
};

}  // namespace chatos::detail
