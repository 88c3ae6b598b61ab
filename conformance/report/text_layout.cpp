#include "report/text_layout.hpp"

#include <chatos/display.hpp>

#include <algorithm>
#include <cstdlib>
#include <unistd.h>

namespace chatos::conformance {

std::string painter::operator()(colour which, std::string_view text) const {
    if (!colours_ || which == colour::plain) {
        return std::string{text};
    }
    constexpr std::string_view codes[] = {"0", "1", "2", "31", "32", "33", "36"};
    return "\x1b[" + std::string{codes[static_cast<unsigned>(which)]} + "m" + std::string{text} + "\x1b[0m";
}

bool wants_colour(int descriptor) noexcept {
    const char* no_colour = std::getenv("NO_COLOR");
    return ::isatty(descriptor) == 1 && (no_colour == nullptr || *no_colour == '\0');
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
    std::string lines;
    std::size_t column = indent;
    while (!text.empty()) {
        const std::size_t size = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, size);
        const std::size_t columns = columns_of(word);
        if (column != indent && column + 1 + columns > width) {
            lines += '\n' + std::string(indent, ' ');
            column = indent;
        } else if (column != indent) {
            lines += ' ';
            ++column;
        }
        lines += word;
        column += columns;
        text.remove_prefix(std::min(size + 1, text.size()));
    }
    return lines;
}

std::size_t columns_of(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

std::string padded(std::string text, std::size_t columns) {
    const std::size_t have = columns_of(text);
    if (have < columns) {
        text.append(columns - have, ' ');
    }
    return text;
}

std::string printable(std::string_view text) {
    std::string shown;
    escape(text, [&](std::string_view piece) {
        // Quotes and backslashes are harmless where no quotes stand around the text.
        shown += piece == "\\\"" ? "\"" : piece == "\\\\" ? "\\" : piece;
    });
    return shown;
}

std::string shell_word(std::string_view word) {
    constexpr std::string_view harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,=+@%[]";
    if (!word.empty() && word.find_first_not_of(harmless) == std::string_view::npos) {
        return std::string{word};
    }
    std::string quoted = "'";
    for (const char character : printable(word)) {
        quoted += character == '\'' ? "'\\''" : std::string(1, character);
    }
    return quoted + "'";
}

}  // namespace chatos::conformance
