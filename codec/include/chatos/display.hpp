// Text from the network, made safe to show to a person. Control characters, line breaks, bidirectional controls and
// bytes that are not UTF-8 never reach a terminal or a log as they are.
#pragma once

#include <chatos/utf8.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace chatos {

/// One step of escaping: what to print, and how many bytes of the input it stands for.
struct [[nodiscard]] display_piece {
    std::array<char, 12> escaped{};  ///< ASCII; owned, so it lives as long as the piece
    std::uint8_t escaped_size{0};    ///< 0: print the input's bytes as they are
    std::uint8_t consumed{0};        ///< bytes of the input, at least 1
};

/// The piece at the start of `text`, any bytes but not none. Printable characters stay; `\` becomes `\\`, `"` becomes
/// `\"`; line breaks and tabs `\n` `\r` `\t`; other controls and ill-formed bytes `\x1b`; invisible, separating and
/// direction-changing characters `\u{202e}`.
[[nodiscard]] display_piece next_display_piece(std::string_view text) noexcept;

/// Feeds `sink(std::string_view)` with the printable form of `text`, piece by piece; at most 4 bytes come out for
/// each byte that goes in. A view lives as long as the call of `sink` that it is given to.
template <typename Sink>
void escape(std::string_view text, Sink&& sink) {
    while (!text.empty()) {
        const display_piece piece = next_display_piece(text);
        sink(piece.escaped_size != 0 ? std::string_view{piece.escaped.data(), piece.escaped_size}
                                     : text.substr(0, piece.consumed));
        text.remove_prefix(piece.consumed);
    }
}

}  // namespace chatos
