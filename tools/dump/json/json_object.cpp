#include "dump/json/json_object.hpp"

#include <chatos/display.hpp>

#include <cstddef>

namespace chatos::dump {

namespace {

constexpr bool is_plain(char letter) noexcept {
    return letter >= ' ' && letter <= '~' && letter != '"' && letter != '\\';
}

/// One UTF-16 unit as \uXXXX.
void add_unit(output& out, std::uint32_t unit) {
    out.add("\\u");
    out.add_hex(static_cast<std::uint8_t>(unit >> 8U));
    out.add_hex(static_cast<std::uint8_t>(unit & 0xFFU));
}

/// The code point of one well-formed UTF-8 sequence.
std::uint32_t code_point_of(std::string_view sequence) noexcept {
    const auto byte_at = [sequence](std::size_t index) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(sequence[index]));
    };
    constexpr std::uint32_t lead_masks[] = {0x7F, 0x1F, 0x0F, 0x07};
    std::uint32_t code_point = byte_at(0) & lead_masks[sequence.size() - 1];
    for (std::size_t index = 1; index < sequence.size(); ++index) {
        code_point = (code_point << 6U) | (byte_at(index) & 0x3FU);
    }
    return code_point;
}

void add_escaped(output& out, std::string_view sequence) {
    const std::uint32_t code_point = code_point_of(sequence);
    switch (code_point) {
    case '"': out.add("\\\""); return;
    case '\\': out.add("\\\\"); return;
    case '\n': out.add("\\n"); return;
    case '\r': out.add("\\r"); return;
    case '\t': out.add("\\t"); return;
    default: break;
    }
    if (code_point < 0x10000) {
        add_unit(out, code_point);
        return;
    }
    add_unit(out, 0xD800U + ((code_point - 0x10000U) >> 10U));
    add_unit(out, 0xDC00U + ((code_point - 0x10000U) & 0x3FFU));
}

}  // namespace

void add_json_string(output& out, std::string_view text) {
    out.add('"');
    while (!text.empty()) {
        std::size_t plain = 0;
        while (plain < text.size() && is_plain(text[plain])) {
            ++plain;
        }
        if (plain != 0) {
            out.add(text.substr(0, plain));
            text.remove_prefix(plain);
            continue;
        }
        const display_piece piece = next_display_piece(text);
        const std::string_view sequence = text.substr(0, piece.consumed);
        if (piece.escaped_size == 0) {
            out.add(sequence);
        } else {
            add_escaped(out, sequence);
        }
        text.remove_prefix(piece.consumed);
    }
    out.add('"');
}

void json_object::add_key(std::string_view key) {
    out_.add(first_ ? "\"" : ",\"");
    out_.add(key);
    out_.add("\":");
    first_ = false;
}

void json_object::text(std::string_view key, std::string_view value) {
    add_key(key);
    add_json_string(out_, value);
}

void json_object::number(std::string_view key, std::uint64_t value) {
    add_key(key);
    out_.add_number(value);
}

void json_object::boolean(std::string_view key, bool value) {
    add_key(key);
    out_.add(value ? "true" : "false");
}

void json_object::begin_object(std::string_view key) {
    add_key(key);
    out_.add('{');
    first_ = true;
}

void json_object::end_object() {
    out_.add('}');
    first_ = false;
}

}  // namespace chatos::dump
