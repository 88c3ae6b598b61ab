// Strings of JSON.
#pragma once

#include <chatos/display.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace chatos::base {

/// An escape of JSON.
struct json_escape {
    std::array<char, 12> text{};
    std::uint8_t size{0};

    [[nodiscard]] std::string_view view() const noexcept { return {text.data(), size}; }
};

/// The escape of the character at the start of `sequence`, which is not empty: `\n`, `\"`, `\u202e`, two of these above
/// U+FFFF; `\ufffd` for a byte that is not UTF-8.
[[nodiscard]] json_escape json_escape_of(std::string_view sequence) noexcept;

/// Feeds `sink(std::string_view)` with `text` as a JSON string, quotes included, piece by piece. What
/// <chatos/display.hpp> escapes is escaped, so that the JSON is safe on a terminal. A view lives as long as the call
/// that it is given to.
template <typename Sink>
void write_json_string(std::string_view text, Sink&& sink) {
    sink(std::string_view{"\""});
    while (!text.empty()) {
        if (const std::size_t plain = plain_bytes(text); plain != 0) {
            sink(text.substr(0, plain));
            text.remove_prefix(plain);
            continue;
        }
        const display_piece piece = next_display_piece(text);
        if (piece.escaped_size == 0) {
            sink(text.substr(0, piece.consumed));
        } else {
            sink(json_escape_of(text).view());
        }
        text.remove_prefix(piece.consumed);
    }
    sink(std::string_view{"\""});
}

/// `text` as a JSON string.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace chatos::base
