#include "dump/hex_forms.hpp"

#include "base/hex.hpp"
#include "dump/input/hex_text.hpp"
#include "properties/decode_plan.hpp"
#include "properties/shown_text.hpp"

#include <algorithm>
#include <string_view>

namespace chatos::fuzz {

namespace {

constexpr std::size_t row_bytes = 16;
constexpr std::string_view upper_digits = "0123456789ABCDEF";

void add_pair(std::string& text, std::byte byte, std::string_view digits = base::hex_digits) {
    text += digits[std::to_integer<std::size_t>(byte) / 16];
    text += digits[std::to_integer<std::size_t>(byte) % 16];
}

void add_offset(std::string& text, std::size_t offset) {
    for (int shift = 28; shift >= 0; shift -= 4) {
        text += base::hex_digits[(offset >> static_cast<unsigned>(shift)) & 0xFU];
    }
}

/// The letters that stand to the right of the bytes.
void add_letters(std::string& text, std::span<const std::byte> row) {
    for (const std::byte byte : row) {
        const auto letter = static_cast<char>(std::to_integer<unsigned char>(byte));
        text += letter >= ' ' && letter <= '~' ? letter : '.';
    }
}

/// As xxd prints it.
std::string paired_listing(std::span<const std::byte> bytes) {
    std::string text;
    for (std::size_t offset = 0; offset < bytes.size(); offset += row_bytes) {
        const std::span<const std::byte> row = bytes.subspan(offset, std::min(row_bytes, bytes.size() - offset));
        add_offset(text, offset);
        text += ':';
        for (std::size_t index = 0; index < row.size(); ++index) {
            text += index % 2 == 0 ? " " : "";
            add_pair(text, row[index]);
        }
        text += "  ";
        add_letters(text, row);
        text += '\n';
    }
    return text;
}

/// As hexdump -C prints it.
std::string barred_listing(std::span<const std::byte> bytes) {
    std::string text;
    for (std::size_t offset = 0; offset < bytes.size(); offset += row_bytes) {
        const std::span<const std::byte> row = bytes.subspan(offset, std::min(row_bytes, bytes.size() - offset));
        add_offset(text, offset);
        text += ' ';
        for (std::size_t index = 0; index < row.size(); ++index) {
            text += index == 8 ? "  " : " ";
            add_pair(text, row[index]);
        }
        text += "  |";
        add_letters(text, row);
        text += "|\r\n";
    }
    add_offset(text, bytes.size());
    return text + '\n';
}

/// Pairs with something before each and something after the last.
std::string pairs(std::span<const std::byte> bytes, std::string_view before, std::string_view behind,
                  std::string_view digits) {
    std::string text;
    for (const std::byte byte : bytes) {
        text += before;
        add_pair(text, byte, digits);
    }
    return text.append(behind);
}

}  // namespace

std::string hex_text_of(std::span<const std::byte> bytes, std::uint8_t choice) {
    // A listing of nothing is no listing.
    switch (choice % (bytes.empty() ? 5 : 7)) {
    case 0: return pairs(bytes, "", "", base::hex_digits);
    case 1: return pairs(bytes, " ", "\n", base::hex_digits);
    case 2: return pairs(bytes, ",0x", " # the end", base::hex_digits);
    case 3: return pairs(bytes, "\n# 7f\n\t0X", "", upper_digits);
    case 4: return pairs(bytes, ":", ";\v\f", upper_digits);
    case 5: return paired_listing(bytes);
    default: return barred_listing(bytes);
    }
}

hex_reading read_hex_text(std::span<const std::byte> text, std::uint8_t split_choice) {
    hex_reading result;
    dump::hex_text_reader reader;
    splitter sizes{split_choice};
    result.is_hex = true;
    while (result.is_hex && !text.empty()) {
        const std::span<const std::byte> fragment = text.first(sizes.next(text.size()));
        text = text.subspan(fragment.size());
        result.is_hex = reader.take({reinterpret_cast<const char*>(fragment.data()), fragment.size()}, result.bytes);
    }
    result.is_hex = result.is_hex && reader.end(result.bytes);
    if (!result.is_hex) {
        result.line = reader.error().line;
        result.column = reader.error().column;
        result.problem = reader.error().message;
    }
    return result;
}

verdict check_hex_of_bytes(const hex_reading& read, std::span<const std::byte> bytes) {
    if (!read.is_hex) {
        return failure{"hex", "hex text of bytes is refused: " + read.problem};
    }
    return std::ranges::equal(read.bytes, bytes) ? verdict{} : failure{"hex", "hex text gives other bytes"};
}

verdict check_any_hex(std::span<const std::byte> text, const hex_reading& whole, const hex_reading& split) {
    if (whole != split) {
        return failure{"hex", "what a text gives depends on its fragments"};
    }
    if (whole.bytes.size() > text.size() / 2) {
        return failure{"hex", "more bytes than pairs of digits"};
    }
    if (whole.is_hex) {
        return {};
    }
    const auto lines = static_cast<std::uint64_t>(std::ranges::count(text, std::byte{'\n'})) + 1;
    if (whole.line < 1 || whole.line > lines || whole.column < 1 || whole.column > text.size() + 1) {
        return failure{"hex", "a problem has a place outside the text"};
    }
    std::string words = whole.problem;
    std::ranges::replace(words, '\\', '/');
    const bool is_safe = !words.empty() && untrue_shown_text(words, words).empty();
    return is_safe ? verdict{} : failure{"hex", "a problem's words are not printable"};
}

}  // namespace chatos::fuzz
