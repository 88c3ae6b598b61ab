#include "dump/filter/filter_token.hpp"

namespace chatos::dump {

namespace {

bool is_in_word(char letter) noexcept {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           std::string_view{"_.:-[]"}.find(letter) != std::string_view::npos;
}

/// Bytes from the opening quote to the closing one, or 0 when it does not close.
std::size_t quoted_bytes(std::string_view remaining) noexcept {
    for (std::size_t at = 1; at < remaining.size(); ++at) {
        if (remaining[at] == '"') {
            return at + 1;
        }
        at += remaining[at] == '\\' ? 1 : 0;
    }
    return 0;
}

}  // namespace

filter_token next_filter_token(std::string_view text, std::size_t position) noexcept {
    position = text.find_first_not_of(" \t\r\n", position);
    if (position == std::string_view::npos) {
        return {token_kind::end, {}, text.size()};
    }
    const std::string_view remaining = text.substr(position);
    if (is_in_word(remaining[0])) {
        std::size_t bytes = 1;
        while (bytes < remaining.size() && is_in_word(remaining[bytes])) {
            ++bytes;
        }
        return {token_kind::word, remaining.substr(0, bytes), position};
    }
    if (remaining[0] == '"') {
        const std::size_t bytes = quoted_bytes(remaining);
        return bytes == 0 ? filter_token{token_kind::broken, remaining, position}
                          : filter_token{token_kind::quoted, remaining.substr(0, bytes), position};
    }
    for (const std::string_view symbol : {"==", "!=", "<=", ">=", "&&", "||", "<", ">", "~", "!", "(", ")"}) {
        if (remaining.starts_with(symbol)) {
            return {token_kind::symbol, remaining.substr(0, symbol.size()), position};
        }
    }
    return {token_kind::broken, remaining.substr(0, 1), position};
}

}  // namespace chatos::dump
