#include "base/json_text.hpp"

#include "base/hex.hpp"
#include "base/utf8_text.hpp"

namespace chatos::base {

namespace {

void add(json_escape& escape, std::string_view text) noexcept {
    for (const char letter : text) {
        escape.text[escape.size++] = letter;
    }
}

/// One UTF-16 unit as \uXXXX.
void add_unit(json_escape& escape, std::uint32_t unit) noexcept {
    const auto high = hex_pair(static_cast<std::uint8_t>(unit >> 8U));
    const auto low = hex_pair(static_cast<std::uint8_t>(unit & 0xFFU));
    add(escape, "\\u");
    add(escape, {high.data(), high.size()});
    add(escape, {low.data(), low.size()});
}

}  // namespace

json_escape json_escape_of(std::string_view sequence) noexcept {
    json_escape escape;
    const char32_t code_point = first_character(sequence).code_point;
    switch (code_point) {
    case '"': add(escape, "\\\""); return escape;
    case '\\': add(escape, "\\\\"); return escape;
    case '\n': add(escape, "\\n"); return escape;
    case '\r': add(escape, "\\r"); return escape;
    case '\t': add(escape, "\\t"); return escape;
    default: break;
    }
    if (code_point < 0x1'0000) {
        add_unit(escape, code_point);
    } else {
        add_unit(escape, 0xD800U + ((code_point - 0x1'0000U) >> 10U));
        add_unit(escape, 0xDC00U + ((code_point - 0x1'0000U) & 0x3FFU));
    }
    return escape;
}

std::string json_string(std::string_view text) {
    std::string json;
    write_json_string(text, [&json](std::string_view piece) { json += piece; });
    return json;
}

}  // namespace chatos::base
