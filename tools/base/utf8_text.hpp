// The characters of UTF-8 texts.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace chatos::base {

/// A code point and the bytes that stand for it.
struct utf8_character {
    char32_t code_point;
    std::size_t bytes;
};

/// The bytes as characters, as they are; a view of them.
[[nodiscard]] inline std::string_view as_text(std::span<const std::byte> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The character at the start of `text`, which is not empty. A byte with which no well-formed sequence starts is
/// U+FFFD, one byte long.
[[nodiscard]] utf8_character first_character(std::string_view text) noexcept;

/// Appends a code point, at most U+10FFFF, to `text`.
void append_utf8(std::string& text, char32_t code_point);

/// True for a byte that continues a character.
[[nodiscard]] constexpr bool is_utf8_tail(char byte) noexcept {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// The largest size up to `bytes_max` to which `text` can be cut without cutting a character in two.
[[nodiscard]] std::size_t whole_characters(std::string_view text, std::size_t bytes_max) noexcept;

}  // namespace chatos::base
