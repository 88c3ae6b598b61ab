// Reads a line of text piece by piece, each piece being known but for the texts in quotes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace chatos::fuzz {

/// A piece that is not there makes the reading fail for good.
class text_line {
public:
    explicit text_line(std::string_view line) : remaining_{line} {}

    text_line& word(std::string_view expected);
    /// The word, filled up with spaces.
    text_line& padded(std::string_view expected, std::size_t columns);
    text_line& spaces(std::size_t count);
    /// The number, right-aligned.
    text_line& number(std::uint64_t expected, std::size_t columns = 1);
    /// Pairs of hex digits, a space between two of them, filled up to the columns of 16 pairs.
    text_line& hex_row(std::span<const std::byte> expected);
    /// The text between two quotes; a quote in it is escaped.
    [[nodiscard]] std::string_view quoted();
    /// Takes the piece if it is there.
    [[nodiscard]] bool has(std::string_view piece);
    /// Takes the number that is there.
    [[nodiscard]] std::uint64_t any_number();

    [[nodiscard]] std::string_view remaining() const noexcept { return remaining_; }
    [[nodiscard]] bool failed() const noexcept { return failed_; }
    /// Nothing failed, and nothing is left.
    [[nodiscard]] bool is_read() const noexcept { return !failed_ && remaining_.empty(); }

private:
    std::string_view remaining_;
    bool failed_{false};
};

}  // namespace chatos::fuzz
