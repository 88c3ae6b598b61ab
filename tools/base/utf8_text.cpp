#include "base/utf8_text.hpp"

#include <chatos/utf8.hpp>

namespace chatos::base {

utf8_character first_character(std::string_view text) noexcept {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) {
        return {lead, 1};
    }
    if (find_ill_formed_utf8(text.substr(0, 4)) == 0) {
        return {U'\uFFFD', 1};
    }
    const std::size_t bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t code_point = lead & (0xFFU >> (bytes + 1));
    for (std::size_t index = 1; index < bytes; ++index) {
        code_point = (code_point << 6U) | (static_cast<unsigned char>(text[index]) & 0x3FU);
    }
    return {code_point, bytes};
}

void append_utf8(std::string& text, char32_t code_point) {
    const auto tail = [&text, code_point](unsigned shift) {
        text += static_cast<char>(0x80U | ((code_point >> shift) & 0x3FU));
    };
    if (code_point < 0x80) {
        text += static_cast<char>(code_point);
    } else if (code_point < 0x800) {
        text += static_cast<char>(0xC0U | (code_point >> 6U));
        tail(0);
    } else if (code_point < 0x1'0000) {
        text += static_cast<char>(0xE0U | (code_point >> 12U));
        tail(6);
        tail(0);
    } else {
        text += static_cast<char>(0xF0U | (code_point >> 18U));
        tail(12);
        tail(6);
        tail(0);
    }
}

std::size_t whole_characters(std::string_view text, std::size_t bytes_max) noexcept {
    if (text.size() <= bytes_max) {
        return text.size();
    }
    while (bytes_max > 0 && is_utf8_tail(text[bytes_max])) {
        --bytes_max;
    }
    return bytes_max;
}

}  // namespace chatos::base
