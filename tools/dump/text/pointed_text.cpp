#include "dump/text/pointed_text.hpp"

#include <chatos/display.hpp>

#include <algorithm>

namespace chatos::dump {

namespace {

constexpr std::size_t shown_before_bytes_max = 60;
constexpr std::size_t shown_behind_bytes_max = 40;

std::size_t characters_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char letter) { return (static_cast<unsigned char>(letter) & 0xC0U) != 0x80U; }));
}

}  // namespace

std::string printable(std::string_view text) {
    std::string shown;
    // No quotes stand around it, so that quotes and backslashes may stand as they are.
    escape(text,
           [&shown](std::string_view piece) { shown += piece == "\\\"" || piece == "\\\\" ? piece.substr(1) : piece; });
    return shown;
}

std::size_t column_at(std::string_view text, std::size_t position) {
    return characters_of(text.substr(0, position)) + 1;
}

std::string pointed_text(std::string_view text, std::size_t position, std::size_t size) {
    position = std::min(position, text.size());
    const std::size_t from = position > shown_before_bytes_max ? position - shown_before_bytes_max : 0;
    const std::size_t end = std::min({text.size(), position + size, position + shown_behind_bytes_max});
    const std::string before = (from == 0 ? "" : "...") + printable(text.substr(from, position - from));
    const std::string marked = printable(text.substr(position, end - position));
    const std::string_view rest = text.substr(end);
    const std::string behind =
        printable(rest.substr(0, shown_behind_bytes_max)) + (rest.size() > shown_behind_bytes_max ? "..." : "");
    return "\n  " + before + marked + behind + "\n  " + std::string(characters_of(before), ' ') +
           std::string(std::max<std::size_t>(characters_of(marked), 1), '^');
}

}  // namespace chatos::dump
