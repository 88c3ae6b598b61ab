#include "properties/shown_text.hpp"

#include "base/hex.hpp"
#include "naive_utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace chatos::fuzz {

namespace {

constexpr std::size_t sequence_bytes(unsigned char lead) noexcept {
    return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/// The code point of a well-formed sequence.
std::uint32_t code_point(std::string_view sequence) noexcept {
    const auto lead = static_cast<unsigned char>(sequence[0]);
    std::uint32_t value = sequence.size() == 1 ? lead : lead & (0x7FU >> sequence.size());
    for (std::size_t index = 1; index < sequence.size(); ++index) {
        value = value * 64 + (static_cast<unsigned char>(sequence[index]) & 0x3FU);
    }
    return value;
}

/// The characters that have done harm in logs and terminals. The codec's list is longer; none of these may be missing.
constexpr bool is_harmful(std::uint32_t point) noexcept {
    return point < 0x20 || (point >= 0x7F && point <= 0x9F) || point == 0xAD || point == 0x61C ||
           (point >= 0x200B && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
           (point >= 0x2060 && point <= 0x206F) || point == 0xFEFF || (point >= 0xFFF9 && point <= 0xFFFB) ||
           (point >= 0xE0000 && point <= 0xE007F);
}

/// Reads a shown text piece by piece and holds each beside the bytes that it should stand for.
class backward_reader {
public:
    backward_reader(std::string_view shown, std::string_view text) : shown_{shown}, text_{text} {}

    bool reads_back() {
        while (!shown_.empty()) {
            if (!(shown_[0] == '\\' ? escape() : take_same(sequence_bytes(static_cast<unsigned char>(shown_[0]))))) {
                return false;
            }
        }
        return text_.empty();
    }

private:
    bool take_same(std::size_t bytes) {
        if (shown_.size() < bytes || text_.substr(0, bytes) != shown_.substr(0, bytes)) {
            return false;
        }
        shown_.remove_prefix(bytes);
        text_.remove_prefix(bytes);
        return true;
    }

    bool stands_for(std::size_t escaped_bytes, char byte) {
        if (text_.empty() || text_[0] != byte) {
            return false;
        }
        shown_.remove_prefix(escaped_bytes);
        text_.remove_prefix(1);
        return true;
    }

    [[nodiscard]] bool starts_with_a_character() const {
        if (text_.empty()) {
            return false;
        }
        const auto lead = static_cast<unsigned char>(text_[0]);
        const std::string_view sequence = text_.substr(0, sequence_bytes(lead));
        const std::size_t wrong =
            naive::first_ill_formed(reinterpret_cast<const unsigned char*>(sequence.data()), sequence.size());
        return wrong == sequence.size() && lead >= 0x20 && lead != 0x7F;
    }

    bool escape() {
        if (shown_.size() < 2) {
            return false;
        }
        switch (shown_[1]) {
        case 'n': return stands_for(2, '\n');
        case 'r': return stands_for(2, '\r');
        case 't': return stands_for(2, '\t');
        case '\\': return stands_for(2, '\\');
        case '"': return stands_for(2, '"');
        case 'x': return escaped_byte();
        case 'u': return escaped_code_point();
        default: return false;
        }
    }

    /// \xHH: a control character, or a byte with which no well-formed sequence starts.
    bool escaped_byte() {
        return !text_.empty() && !starts_with_a_character() &&
               shown_.substr(2, 2) == base::to_hex(text_.substr(0, 1)) && stands_for(4, text_[0]);
    }

    /// \u{...}: at least four digits, of the sequence that is there.
    bool escaped_code_point() {
        const std::size_t end = shown_.find('}');
        if (text_.empty() || shown_.substr(0, 3) != "\\u{" || end == std::string_view::npos || end < 7 || end > 11) {
            return false;
        }
        std::uint32_t said = 0;
        for (const char digit : shown_.substr(3, end - 3)) {
            const std::size_t value = base::hex_digits.find(digit);
            if (value == std::string_view::npos) {
                return false;
            }
            said = said * 16 + static_cast<std::uint32_t>(value);
        }
        const std::size_t bytes = sequence_bytes(static_cast<unsigned char>(text_[0]));
        if (text_.size() < bytes || code_point(text_.substr(0, bytes)) != said) {
            return false;
        }
        shown_.remove_prefix(end + 1);
        text_.remove_prefix(bytes);
        return true;
    }

    std::string_view shown_;
    std::string_view text_;
};

}  // namespace

std::string_view untrue_shown_text(std::string_view shown, std::string_view text) {
    if (naive::first_ill_formed(reinterpret_cast<const unsigned char*>(shown.data()), shown.size()) != shown.size()) {
        return "the shown form is not UTF-8";
    }
    for (std::size_t at = 0; at < shown.size();) {
        const std::size_t bytes = sequence_bytes(static_cast<unsigned char>(shown[at]));
        if (is_harmful(code_point(shown.substr(at, bytes)))) {
            return "a character that must not reach a terminal is shown as it is";
        }
        at += bytes;
    }
    return backward_reader{shown, text}.reads_back() ? "" : "the shown form does not stand for the bytes";
}

}  // namespace chatos::fuzz
