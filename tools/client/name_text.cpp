#include "client/name_text.hpp"

#include <chatos/display.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace chatos::client {
namespace {

std::string escaped(std::string_view text) {
    std::string all;
    escape(text, [&all](std::string_view piece) { all += piece; });
    return all;
}

void skip_blanks(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
}

void add_utf8(std::string& text, std::uint32_t code) {
    const auto byte = [&text](std::uint32_t value) { text += static_cast<char>(static_cast<unsigned char>(value)); };
    if (code < 0x80) {
        byte(code);
    } else if (code < 0x800) {
        byte(0xC0U | (code >> 6U));
        byte(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        byte(0xE0U | (code >> 12U));
        byte(0x80U | ((code >> 6U) & 0x3FU));
        byte(0x80U | (code & 0x3FU));
    } else {
        byte(0xF0U | (code >> 18U));
        byte(0x80U | ((code >> 12U) & 0x3FU));
        byte(0x80U | ((code >> 6U) & 0x3FU));
        byte(0x80U | (code & 0x3FU));
    }
}

/// Takes hexadecimal digits from the front, as many as `digits_max`.
std::optional<std::uint32_t> take_hex(std::string_view& line, std::size_t digits_max) {
    std::uint32_t value = 0;
    const std::size_t most = std::min(digits_max, line.size());
    const auto [end, error] = std::from_chars(line.data(), line.data() + most, value, 16);
    if (error != std::errc{}) {
        return std::nullopt;
    }
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    return value;
}

/// The escape after a backslash.
bool take_escape(std::string_view& line, std::string& name) {
    if (line.empty()) {
        return false;
    }
    const char kind = line.front();
    line.remove_prefix(1);
    switch (kind) {
    case 'n': name += '\n'; return true;
    case 'r': name += '\r'; return true;
    case 't': name += '\t'; return true;
    case '\\':
    case '"': name += kind; return true;
    case 'x': {
        const std::optional<std::uint32_t> byte = take_hex(line, 2);
        if (byte) {
            name += static_cast<char>(static_cast<unsigned char>(*byte));
        }
        return byte.has_value();
    }
    case 'u': {
        if (!line.starts_with('{')) {
            return false;
        }
        line.remove_prefix(1);
        const std::optional<std::uint32_t> code = take_hex(line, 6);
        if (!code || *code > 0x10FFFF || !line.starts_with('}')) {
            return false;
        }
        line.remove_prefix(1);
        add_utf8(name, *code);
        return true;
    }
    default: return false;
    }
}

std::optional<std::string> take_quoted(std::string_view& line) {
    std::string name;
    line.remove_prefix(1);
    while (!line.empty()) {
        const char next = line.front();
        line.remove_prefix(1);
        if (next == '"') {
            return name;
        }
        if (next != '\\') {
            name += next;
        } else if (!take_escape(line, name)) {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

}  // namespace

std::string shown_text(std::string_view text) {
    std::string all;
    while (!text.empty()) {
        const display_piece piece = next_display_piece(text);
        const bool stays = piece.escaped_size == 0 || text.front() == '"' || text.front() == '\\';
        all += stays ? text.substr(0, piece.consumed) : std::string_view{piece.escaped.data(), piece.escaped_size};
        text.remove_prefix(piece.consumed);
    }
    return all;
}

std::string shown_name(std::string_view name) {
    std::string safe = escaped(name);
    const bool is_plain = safe == name && !name.empty() && name.find_first_of(" :") == std::string_view::npos &&
                          std::string_view{"*(/"}.find(name.front()) == std::string_view::npos;
    return is_plain ? safe : "\"" + safe + "\"";
}

std::optional<std::string> read_name(std::string_view& line) {
    skip_blanks(line);
    if (line.empty()) {
        return std::nullopt;
    }
    if (line.front() == '"') {
        std::optional<std::string> name = take_quoted(line);
        return name && !name->empty() && (line.empty() || line.front() == ' ' || line.front() == '\t') ? name
                                                                                                       : std::nullopt;
    }
    const std::size_t size = std::min(line.find_first_of(" \t"), line.size());
    std::string name{line.substr(0, size)};
    line.remove_prefix(size);
    return name;
}

}  // namespace chatos::client
