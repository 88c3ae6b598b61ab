// Splits the text of a filter into tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace chatos::dump {

enum class token_kind : std::uint8_t {
    end,
    word,    ///< a name, a number, an address, a time
    quoted,  ///< with its quotes
    symbol,  ///< `==`, `&&`, `(`, ...
    broken,  ///< an unterminated quoted text, or a character that starts no token
};

struct filter_token {
    token_kind kind{token_kind::end};
    std::string_view text{};
    std::size_t position{0};  ///< of its first byte

    [[nodiscard]] bool is(std::string_view expected) const noexcept {
        return (kind == token_kind::word || kind == token_kind::symbol) && text == expected;
    }
};

/// The first token of `text` at or after `position`.
[[nodiscard]] filter_token next_filter_token(std::string_view text, std::size_t position) noexcept;

}  // namespace chatos::dump
