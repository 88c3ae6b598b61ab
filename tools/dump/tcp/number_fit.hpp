// How well the numbers of a segment fit a connection.
#pragma once

#include <algorithm>
#include <cstdint>

namespace chatos::dump {

/// Between the same endpoints there may be more connections than one, of which frames are captured in any order: their
/// sequence and acknowledgement numbers tell them apart.
struct number_fit {
    bool is_contradicted{false};  ///< a number is not of this connection
    std::uint8_t known{0};        ///< how many numbers could be compared
    std::uint8_t exact{0};        ///< how many numbers are the very next ones
    bool is_exact_acknowledgement{false};

    /// A number that is `distance` after the next one expected; up to `before` before it and `after` after it are
    /// possible.
    void add(std::int64_t distance, std::int64_t before, std::int64_t after) noexcept {
        is_contradicted = is_contradicted || distance < -before || distance > after;
        ++known;
        exact = static_cast<std::uint8_t>(exact + (distance == 0 ? 1 : 0));
    }
};

/// How far from the next expected number one is likely, at a receive window of `window` bytes: windows may be so large
/// that any number lies in them.
[[nodiscard]] constexpr std::int64_t likely_distance(std::int64_t window) noexcept {
    constexpr std::int64_t lowest = 65'535;
    constexpr std::int64_t highest = 1 << 20;
    return std::clamp(window, lowest, highest);
}

}  // namespace chatos::dump
