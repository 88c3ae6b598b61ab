// Escapes text from the network for display: control characters, line breaks, bidirectional controls and bytes that are
// not UTF-8 must never reach a terminal or a log unescaped.
#pragma once

#include <chatos/utf8.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace chatos {

/// How many bytes at the start of `text` are printable ASCII other than `"` and `\`: what no form of output escapes.
[[nodiscard]] std::size_t plain_bytes(std::string_view text) noexcept;

/// One step of escaping: the text to print, and the number of input bytes that it represents.
struct [[nodiscard]] display_piece {
    std::array<char, 12> escaped{};  ///< ASCII, owned by the piece
    std::uint8_t escaped_size{0};    ///< 0: print the input bytes unchanged
    std::uint8_t consumed{0};        ///< bytes of the input, at least 1
};

/// The piece at the start of `text`, which must not be empty. Printable characters are unchanged; `\` becomes `\\`, `"`
/// becomes `\"`; line breaks and tabs `\n` `\r` `\t`; other controls and ill-formed bytes `\x1b`; invisible, separating
/// and direction-changing characters and code points without a character `\u{202e}`. Combining marks, variation
/// selectors and zero-width joiners are unchanged where they follow what they belong to and change how it looks: such a
/// text is never cut in two pieces.
[[nodiscard]] display_piece next_display_piece(std::string_view text) noexcept;

/// The same of one character, together with what is joined to it, for callers that stop at a given byte.
[[nodiscard]] display_piece next_display_character(std::string_view text) noexcept;

/// Passes the printable form of `text` to `sink(std::string_view)`, piece by piece: at most 4 bytes for each byte of
/// `text`. Each view is valid during that call of `sink`.
template <typename Sink>
void escape(std::string_view text, Sink&& sink) {
    if (!text.empty() && plain_bytes(text) == text.size()) {
        sink(text);
        return;
    }
    while (!text.empty()) {
        const display_piece piece = next_display_piece(text);
        sink(piece.escaped_size != 0 ? std::string_view{piece.escaped.data(), piece.escaped_size}
                                     : text.substr(0, piece.consumed));
        text.remove_prefix(piece.consumed);
    }
}

}  // namespace chatos
