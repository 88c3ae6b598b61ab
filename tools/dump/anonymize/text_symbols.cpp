#include "dump/anonymize/text_symbols.hpp"

#include "base/utf8_text.hpp"

#include <chatos/display.hpp>
#include <chatos/utf8.hpp>

#include <algorithm>
#include <array>
#include <bit>

namespace chatos::dump {

namespace {

/// Alphabets of bytes, by number; those of characters begin with their first code point, which is greater.
enum alphabet_number : std::uint32_t {
    letter,
    capital_or_small,
    digit,
    punctuation,
    blank,
    common,
    printable,
    control,
    byte_range
};

constexpr std::string_view digits = "0123456789";
constexpr std::string_view punctuation_marks = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
constexpr std::string_view common_marks = "0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ ";

constexpr std::uint32_t control_count = 33;  // C0 and DEL

/// Ranges of bytes that are alike wherever they stand in an ill-formed sequence (Unicode, table 3-7).
struct byte_row {
    std::uint8_t first;
    std::uint8_t last;
};
constexpr byte_row byte_rows[]{{0x80, 0x8F}, {0x90, 0x9F}, {0xA0, 0xBF}, {0xC0, 0xC1}, {0xC2, 0xDF},
                               {0xE0, 0xE0}, {0xE1, 0xEC}, {0xED, 0xED}, {0xEE, 0xEF}, {0xF0, 0xF0},
                               {0xF1, 0xF3}, {0xF4, 0xF4}, {0xF5, 0xFF}};

struct point_range {
    char32_t first;
    char32_t last;
};
/// Scripts with more characters than a block of 32.
constexpr point_range large_scripts[]{{0x4E00, 0x9FFF}, {0xAC00, 0xD7A3}, {0x2'0000, 0x2'A6DF}};

text_symbol of_marks(std::string_view marks, std::uint32_t alphabet, char mark) {
    return {static_cast<std::uint32_t>(marks.find(mark)), static_cast<std::uint32_t>(marks.size()), alphabet};
}

text_symbol ascii_symbol(char mark, likeness how) {
    const bool is_small = mark >= 'a' && mark <= 'z';
    const bool is_capital = mark >= 'A' && mark <= 'Z';
    if (mark < ' ' || mark == '\x7f') {
        return {mark == '\x7f' ? control_count - 1 : static_cast<std::uint32_t>(mark), control_count, control};
    }
    if (how == likeness::ascii) {
        return {static_cast<std::uint32_t>(mark - ' '), 95, printable};
    }
    if (is_small || is_capital) {
        const auto place = static_cast<std::uint32_t>(mark - (is_small ? 'a' : 'A'));
        if (how == likeness::letters) {
            return {place + (is_small ? 26U : 0U), 52, capital_or_small};
        }
        return {.value = place, .size = 26, .alphabet = letter, .is_capital = is_capital};
    }
    if (how != likeness::kind) {
        return of_marks(common_marks, common, mark);
    }
    return mark == ' ' ? text_symbol{0, 1, blank}
                       : of_marks(mark >= '0' && mark <= '9' ? digits : punctuation_marks,
                                  mark >= '0' && mark <= '9' ? digit : punctuation, mark);
}

bool is_shown(char32_t point) {
    std::string text;
    base::append_utf8(text, point);
    return next_display_character(text).escaped_size == 0;
}

const point_range* large_script_of(char32_t point) noexcept {
    const auto* const row = std::ranges::find_if(
        large_scripts, [point](const point_range& range) { return point >= range.first && point <= range.last; });
    return row == std::end(large_scripts) ? nullptr : row;
}

/// The characters of a block of 32 or, outside of the first plane, 64 that are as visible as `point`: a bit for each.
std::uint64_t block_of(char32_t point, char32_t& first) {
    const char32_t size = point < 0x1'0000 ? 32 : 64;
    first = point / size * size;
    const bool wanted = is_shown(point);
    std::uint64_t bits = 0;
    for (char32_t index = 0; index < size; ++index) {
        const char32_t other = first + index;
        if (large_script_of(other) == nullptr && is_shown(other) == wanted) {
            bits |= std::uint64_t{1} << index;
        }
    }
    return bits;
}

text_symbol character_symbol(base::utf8_character character) {
    const char32_t point = character.code_point;
    const auto bytes = static_cast<std::uint8_t>(character.bytes);
    if (const point_range* const script = large_script_of(point)) {
        return {point - script->first, script->last - script->first + 1, script->first, bytes};
    }
    char32_t first = 0;
    const std::uint64_t bits = block_of(point, first);
    const std::uint64_t before = bits & ((std::uint64_t{1} << (point - first)) - 1);
    return {static_cast<std::uint32_t>(std::popcount(before)), static_cast<std::uint32_t>(std::popcount(bits)),
            first + (is_shown(point) ? 1U : 0U), bytes};
}

char32_t point_of(const text_symbol& symbol) {
    if (symbol.size > 64) {  // more than a block has
        return symbol.alphabet + symbol.value;
    }
    const char32_t block = symbol.alphabet & ~char32_t{1};
    const bool wanted = (symbol.alphabet & 1U) != 0;
    std::uint32_t index = 0;
    for (char32_t point = block;; ++point) {
        if (large_script_of(point) == nullptr && is_shown(point) == wanted && index++ == symbol.value) {
            return point;
        }
    }
}

text_symbol byte_symbol(std::uint8_t byte) {
    for (std::uint32_t row = 0; row < std::size(byte_rows); ++row) {
        if (byte <= byte_rows[row].last) {
            return {std::uint32_t{byte} - byte_rows[row].first,
                    std::uint32_t{byte_rows[row].last} - byte_rows[row].first + 1U, byte_range + row};
        }
    }
    return {};
}

char ascii_of(const text_symbol& symbol) {
    switch (symbol.alphabet) {
    case letter: return static_cast<char>((symbol.is_capital ? 'A' : 'a') + static_cast<char>(symbol.value));
    case capital_or_small:
        return static_cast<char>(symbol.value < 26 ? 'A' + static_cast<char>(symbol.value)
                                                   : 'a' + static_cast<char>(symbol.value - 26));
    case digit: return digits[symbol.value];
    case punctuation: return punctuation_marks[symbol.value];
    case common: return common_marks[symbol.value];
    case printable: return static_cast<char>(' ' + static_cast<char>(symbol.value));
    case control: return symbol.value == control_count - 1 ? '\x7f' : static_cast<char>(symbol.value);
    default: return ' ';
    }
}

}  // namespace

std::vector<text_symbol> symbols_of(std::string_view text, likeness how) {
    std::vector<text_symbol> symbols;
    symbols.reserve(text.size());
    while (!text.empty()) {
        const auto lead = static_cast<std::uint8_t>(text.front());
        std::size_t bytes = 1;
        if (lead < 0x80) {
            symbols.push_back(ascii_symbol(text.front(), how));
        } else if (find_ill_formed_utf8(text.substr(0, 4)) == 0) {
            symbols.push_back(byte_symbol(lead));
        } else {
            const base::utf8_character character = base::first_character(text);
            symbols.push_back(character_symbol(character));
            bytes = character.bytes;
        }
        text.remove_prefix(bytes);
    }
    return symbols;
}

std::string text_of(const std::vector<text_symbol>& symbols) {
    std::string text;
    for (const text_symbol& symbol : symbols) {
        if (symbol.bytes > 1) {
            base::append_utf8(text, point_of(symbol));
        } else if (symbol.alphabet >= byte_range) {
            text += static_cast<char>(byte_rows[symbol.alphabet - byte_range].first + symbol.value);
        } else {
            text += ascii_of(symbol);
        }
    }
    return text;
}

}  // namespace chatos::dump
