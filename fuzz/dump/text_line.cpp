#include "dump/text_line.hpp"

#include "base/hex.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace chatos::fuzz {

text_line& text_line::word(std::string_view expected) {
    failed_ = failed_ || !rest_.starts_with(expected);
    if (!failed_) {
        rest_.remove_prefix(expected.size());
    }
    return *this;
}

text_line& text_line::spaces(std::size_t count) {
    failed_ = failed_ || std::min(rest_.find_first_not_of(' '), rest_.size()) < count;
    if (!failed_) {
        rest_.remove_prefix(count);
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
    while (!failed_ && end < rest_.size() && rest_[end] != '"') {
        end += rest_[end] == '\\' ? 2 : 1;
    }
    failed_ = failed_ || end >= rest_.size();
    if (failed_) {
        return {};
    }
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return text;
}

bool text_line::has(std::string_view piece) {
    if (failed_ || !rest_.starts_with(piece)) {
        return false;
    }
    rest_.remove_prefix(piece.size());
    return true;
}

std::uint64_t text_line::any_number() {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    failed_ = failed_ || error != std::errc{};
    if (!failed_) {
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    }
    return number;
}

}  // namespace chatos::fuzz
