// How an input of the decoder's harness is read: its first two bytes choose limits, base offset and the split into
// fragments, the rest is the stream. So the fuzzer explores them together with the bytes.
#pragma once

#include <chatos/limits.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::fuzz {

/// The limits that the low three bits of the first byte choose from: the defaults, written out; the smallest legal
/// ones, and some that are small enough for short inputs to reach them.
inline constexpr std::array<limits, 8> limits_choices{{
    {.pseudo_bytes_max = 255, .message_bytes_max = 65'536},
    smallest_legal_limits,
    {.pseudo_bytes_max = 1, .message_bytes_max = 0},
    {.pseudo_bytes_max = 3, .message_bytes_max = 5},
    {.pseudo_bytes_max = 16, .message_bytes_max = 300},
    {.pseudo_bytes_max = 300, .message_bytes_max = 40},
    {.pseudo_bytes_max = 0xFFFF, .message_bytes_max = 0x10000},  // above what a pseudo's size can say (WIRE-11)
    {.pseudo_bytes_max = 255, .message_bytes_max = 0x1FFFF},
}};

/// The one that is what a caller gets who chooses none.
inline constexpr std::size_t default_limits_choice = 0;

/// The base offsets that the next two bits choose from: they cross the widths of smaller integers.
inline constexpr std::array<std::uint64_t, 4> base_offset_choices{0, 0xFFFE, 0xFFFF'FFFD, 0x7FFF'FFFF'FFFF'0000};

/// Sizes of fragments, as the second byte chooses them: 0 the whole stream; 1 to 15 so many bytes each; from 16 on
/// sizes that vary with the byte as their seed, some of them 0. After every 32 fragments the sizes double, so that a
/// long stream costs no more than some hundreds of them.
class splitter {
public:
    explicit splitter(std::uint8_t choice) noexcept : choice_{choice}, state_{choice} {}

    /// Size of the next fragment, at most `bytes_left`; never twice in a row 0 while bytes are left.
    [[nodiscard]] std::size_t next(std::size_t bytes_left) noexcept;

private:
    std::uint8_t choice_;
    std::uint32_t state_;
    std::uint32_t count_{0};
    bool was_empty_{false};
};

struct decode_plan {
    limits bounds{limits_choices[default_limits_choice]};
    std::uint64_t base_offset{0};
    std::uint8_t split_choice{0};
    std::span<const std::byte> stream{};
};

/// Bytes in front of the stream.
inline constexpr std::size_t plan_bytes = 2;

/// The plan that `input` stands for; of an input that is too short, the defaults and an empty stream.
[[nodiscard]] decode_plan plan_of(std::span<const std::byte> input) noexcept;

}  // namespace chatos::fuzz
