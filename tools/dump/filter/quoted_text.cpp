#include "dump/filter/quoted_text.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

namespace chatos::dump {

namespace {

void add_character(std::string& text, std::uint32_t point) {
    const auto tail = [&text, point](unsigned shift) { text += static_cast<char>(0x80U | (point >> shift & 0x3FU)); };
    if (point < 0x80) {
        text += static_cast<char>(point);
    } else if (point < 0x800) {
        text += static_cast<char>(0xC0U | point >> 6U);
        tail(0);
    } else if (point < 0x1'0000) {
        text += static_cast<char>(0xE0U | point >> 12U);
        tail(6);
        tail(0);
    } else {
        text += static_cast<char>(0xF0U | point >> 18U);
        tail(12);
        tail(6);
        tail(0);
    }
}

std::optional<std::uint32_t> hex_in(std::string_view digits) {
    std::uint32_t number = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stopped, failed] = std::from_chars(digits.data(), end, number, 16);
    return failed == std::errc{} && stopped == end ? std::optional{number} : std::nullopt;
}

/// Reads the escape behind a backslash; returns how many bytes it has, or 0 when it is none.
std::size_t read_escape(std::string_view behind, std::string& text) {
    switch (behind.empty() ? '\0' : behind[0]) {
    case '"': text += '"'; return 1;
    case '\\': text += '\\'; return 1;
    case 'n': text += '\n'; return 1;
    case 'r': text += '\r'; return 1;
    case 't': text += '\t'; return 1;
    case 'x': {
        const std::optional<std::uint32_t> byte = behind.size() < 3 ? std::nullopt : hex_in(behind.substr(1, 2));
        if (!byte) {
            return 0;
        }
        text += static_cast<char>(*byte);
        return 3;
    }
    case 'u': {
        const std::size_t close = behind.find('}');
        if (!behind.starts_with("u{") || close == std::string_view::npos) {
            return 0;
        }
        const std::optional<std::uint32_t> point = hex_in(behind.substr(2, close - 2));
        if (!point || *point > 0x10'FFFF || (*point >= 0xD800 && *point < 0xE000)) {
            return 0;
        }
        add_character(text, *point);
        return close + 1;
    }
    default: return 0;
    }
}

}  // namespace

std::variant<std::string, value_problem> read_quoted_text(std::string_view raw) {
    std::string text;
    for (std::size_t at = 0; at < raw.size(); ++at) {
        if (raw[at] != '\\') {
            text += raw[at];
            continue;
        }
        const std::size_t size = read_escape(raw.substr(at + 1), text);
        if (size == 0) {
            return value_problem{at, 2, R"(an escape: \", \\, \n, \r, \t, \x1b or \u{20ac})"};
        }
        at += size;
    }
    return text;
}

}  // namespace chatos::dump
