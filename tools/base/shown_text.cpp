#include "base/shown_text.hpp"

#include "base/hex.hpp"
#include "base/utf8_text.hpp"

#include <chatos/display.hpp>

namespace chatos::base {

std::string printable(std::string_view text) {
    std::string shown;
    escape(text, [&shown](std::string_view piece) {
        const bool is_harmless = piece == "\\\"" || piece == "\\\\";
        shown += is_harmless ? piece.substr(1) : piece;
    });
    return shown;
}

std::string quoted(std::string_view text) {
    std::string shown = "\"";
    escape(text, [&shown](std::string_view piece) { shown += piece; });
    shown += '"';
    return shown;
}

std::size_t read_escape(std::string_view escape, std::string& text) {
    switch (escape.empty() ? '\0' : escape[0]) {
    case '"': text += '"'; return 1;
    case '\\': text += '\\'; return 1;
    case 'n': text += '\n'; return 1;
    case 'r': text += '\r'; return 1;
    case 't': text += '\t'; return 1;
    case 'x': {
        const auto byte = from_hex(escape.substr(1, 2));
        if (!byte || byte->empty()) {
            return 0;
        }
        text += static_cast<char>(byte->front());
        return 3;
    }
    case 'u': {
        constexpr std::size_t digits_max = 6;
        const std::size_t end = escape.find('}');
        if (!escape.starts_with("u{") || end == std::string_view::npos || end == 2 || end > 2 + digits_max) {
            return 0;
        }
        char32_t code_point = 0;
        for (const char digit : escape.substr(2, end - 2)) {
            const auto value = hex_value(digit);
            if (!value) {
                return 0;
            }
            code_point = code_point * 16 + *value;
        }
        if (code_point > 0x10'FFFF || (code_point >= 0xD800 && code_point < 0xE000)) {
            return 0;
        }
        append_utf8(text, code_point);
        return end + 1;
    }
    default: return 0;
    }
}

}  // namespace chatos::base
