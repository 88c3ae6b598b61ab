#include "dump/text_line.hpp"

#include "base/hex.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace chatos::fuzz {

text_line& text_line::word(std::string_view expected) {
    failed_ = failed_ || !remaining_.starts_with(expected);
    if (!failed_) {
        remaining_.remove_prefix(expected.size());
    }
    return *this;
}

text_line& text_line::spaces(std::size_t count) {
    failed_ = failed_ || std::min(remaining_.find_first_not_of(' '), remaining_.size()) < count;
    if (!failed_) {
        remaining_.remove_prefix(count);
    }
    return *this;
}

text_line& text_line::padded(std::string_view expected, std::size_t columns) {
    return word(expected).spaces(columns - std::min(columns, expected.size()));
}

text_line& text_line::number(std::uint64_t expected, std::size_t columns) {
    std::array<char, 20> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), expected);
    const std::string_view written{digits.data(), static_cast<std::size_t>(end - digits.data())};
    return spaces(columns - std::min(columns, written.size())).word(written);
}

text_line& text_line::hex_row(std::span<const std::byte> expected) {
    constexpr std::size_t columns = 47;
    return padded(base::to_hex(expected, " "), columns);
}

std::string_view text_line::quoted() {
    word("\"");
    std::size_t end = 0;
    while (!failed_ && end < remaining_.size() && remaining_[end] != '"') {
        end += remaining_[end] == '\\' ? 2 : 1;
    }
    failed_ = failed_ || end >= remaining_.size();
    if (failed_) {
        return {};
    }
    const std::string_view text = remaining_.substr(0, end);
    remaining_.remove_prefix(end + 1);
    return text;
}

bool text_line::has(std::string_view piece) {
    if (failed_ || !remaining_.starts_with(piece)) {
        return false;
    }
    remaining_.remove_prefix(piece.size());
    return true;
}

std::uint64_t text_line::any_number() {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(remaining_.data(), remaining_.data() + remaining_.size(), number);
    failed_ = failed_ || error != std::errc{};
    if (!failed_) {
        remaining_.remove_prefix(static_cast<std::size_t>(end - remaining_.data()));
    }
    return number;
}

}  // namespace chatos::fuzz
