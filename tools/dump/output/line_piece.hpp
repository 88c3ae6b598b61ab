// Part of a line that is the same in many lines.
#pragma once

#include "dump/output/output.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <string>

namespace chatos::dump {

/// Copied whole, because copying a fixed number of bytes takes no call and no loop: `room` bytes are
/// overwritten.
class line_piece {
public:
    static constexpr std::size_t room = 64;

    line_piece() = default;
    /// Texts, letters and numbers, as output::add() takes them; at most `room` bytes.
    template <typename First, typename... More>
    explicit line_piece(const First& first, const More&... more) {
        output formatted;
        formatted.add("", first, more...);
        size_ = formatted.text().copy(letters_.data(), letters_.size());
    }

    [[nodiscard]] char* write(char* at) const noexcept {
        std::memcpy(at, letters_.data(), letters_.size());
        return at + size_;
    }

private:
    std::array<char, room> letters_{};
    std::size_t size_{0};
};

}  // namespace chatos::dump
