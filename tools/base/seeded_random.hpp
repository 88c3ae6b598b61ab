// Numbers at random that a seed repeats.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace chatos::base {

/// SplitMix64: the same numbers for the same seed with any compiler and library, unlike the standard's distributions;
/// cheap to construct. Not for secrets.
class seeded_random {
public:
    explicit constexpr seeded_random(std::uint64_t seed) noexcept : state_{seed} {}

    constexpr std::uint64_t next() noexcept {
        state_ += 0x9E37'79B9'7F4A'7C15U;
        std::uint64_t number = state_;
        number = (number ^ (number >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
        number = (number ^ (number >> 27U)) * 0x94D0'49BB'1331'11EBU;
        return number ^ (number >> 31U);
    }

    /// A number from 0 to `count` - 1; `count` is greater than 0.
    template <std::integral Count>
    constexpr auto below(Count count) noexcept {
        using number = std::conditional_t<sizeof(Count) <= 4, std::uint32_t, std::uint64_t>;
        return static_cast<number>(next() % static_cast<std::uint64_t>(count));
    }

    /// True once in `count` calls on average.
    constexpr bool one_in(std::uint32_t count) noexcept { return below(count) == 0; }

private:
    std::uint64_t state_;
};

}  // namespace chatos::base
