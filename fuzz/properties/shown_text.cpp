#include "properties/shown_text.hpp"

#include "base/hex.hpp"
#include "naive_utf8.hpp"

#include <algorithm>
#include <array>
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
    return point < 0x20 || (point >= 0x7F && point <= 0xA0) || point == 0xAD || point == 0x61C || point == 0x200B ||
           point == 0x200E || point == 0x200F || (point >= 0x2028 && point <= 0x202F) ||
           (point >= 0x2060 && point <= 0x206F) || point == 0x3164 || point == 0xFEFF ||
           (point >= 0xE000 && point <= 0xF8FF) || (point >= 0xFDD0 && point <= 0xFDEF) ||
           (point >= 0xFFF9 && point <= 0xFFFC) || (point & 0xFFFEU) == 0xFFFE || point == 0xE0001 || point >= 0xF0000;
}

constexpr bool is_joiner(std::uint32_t point) noexcept {
    return point == 0x200C || point == 0x200D;
}

constexpr bool is_selector(std::uint32_t point) noexcept {
    return (point >= 0xFE00 && point <= 0xFE0F) || (point >= 0xE0100 && point <= 0xE01EF);
}

constexpr bool is_tag(std::uint32_t point) noexcept {
    return point >= 0xE0020 && point <= 0xE007F;
}

constexpr bool is_latin_mark(std::uint32_t point) noexcept {
    return (point >= 0x300 && point <= 0x36F) || (point >= 0x20D0 && point <= 0x20F0);
}

/// What may be shown after some characters only.
class context_check {
public:
    /// True if `point` may follow the characters before it.
    bool take(std::uint32_t point) noexcept {
        const bool is_first_mark = before_ == 0;
        marks_ = is_latin_mark(point) ? marks_ + 1 : 0;
        bool may_follow = marks_ <= marks_max && !(marks_ != 0 && is_first_mark);
        if (is_joiner(point)) {
            may_follow = before_ >= 0x300 && !is_joiner(before_);
        } else if (is_selector(point)) {
            may_follow = before_ != 0 && !is_selector(before_) && !is_joiner(before_) && !is_latin_mark(before_) &&
                         (before_ >= 0x80 || (before_ >= '0' && before_ <= '9') || before_ == '#' || before_ == '*');
        }
        may_follow = may_follow && take_tag(point);
        may_follow = may_follow && (point == 0x20E3 || !was_keycap_);
        was_keycap_ = is_selector(point) && before_ < 0x80;
        before_ = point;
        return may_follow;
    }

    /// False in the middle of a flag.
    [[nodiscard]] bool may_end() const noexcept { return tags_ == 0 || tags_ == flag_tags; }

private:
    /// Tags spell one of three flags after a black one.
    bool take_tag(std::uint32_t point) noexcept {
        if (!is_tag(point)) {
            const bool was_whole = may_end();
            tags_ = 0;
            return was_whole;
        }
        constexpr std::string_view flags[] = {"gbeng\x7f", "gbsct\x7f", "gbwls\x7f"};
        spelled_[tags_ % flag_tags] = static_cast<char>(point - 0xE0000);
        const std::string_view text{spelled_.data(), ++tags_};
        return tags_ <= flag_tags && (tags_ > 1 || before_ == 0x1'F3F4) &&
               std::ranges::any_of(flags, [&](std::string_view flag) { return flag.starts_with(text); });
    }

    static constexpr unsigned marks_max = 6;
    static constexpr std::size_t flag_tags = 6;
    std::uint32_t before_{0};
    unsigned marks_{0};
    std::array<char, flag_tags> spelled_{};
    std::size_t tags_{0};
    bool was_keycap_{false};
};

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
    context_check context;
    for (std::size_t at = 0; at < shown.size();) {
        const std::size_t bytes = sequence_bytes(static_cast<unsigned char>(shown[at]));
        const std::uint32_t point = code_point(shown.substr(at, bytes));
        if (is_harmful(point)) {
            return "a character that must not reach a terminal is shown as it is";
        }
        if (!context.take(point)) {
            return "a character is shown as it is where it joins nothing";
        }
        at += bytes;
    }
    if (!context.may_end()) {
        return "tags are shown that are no flag";
    }
    return backward_reader{shown, text}.reads_back() ? "" : "the shown form does not stand for the bytes";
}

}  // namespace chatos::fuzz
