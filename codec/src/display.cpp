// Which characters a person may see as they are, and what stands for the others.
#include "display_classes.hpp"

#include <chatos/display.hpp>

#include <algorithm>
#include <iterator>

namespace chatos {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

/// Combining marks on one character; texts with more are made to cover the lines around them.
constexpr unsigned marks_max = 6;
constexpr unsigned spacing_marks_max = 4;
/// Bytes of plain ASCII in one piece, and of a character with all that is joined to it.
constexpr std::size_t plain_bytes_max = 191;
constexpr std::size_t joined_bytes_max = 64;

constexpr char32_t zero_width_non_joiner = 0x200C;
constexpr char32_t zero_width_joiner = 0x200D;
constexpr char32_t text_style = 0xFE0E;
constexpr char32_t emoji_style = 0xFE0F;
constexpr char32_t enclosing_keycap = 0x20E3;
constexpr char32_t black_flag = 0x1'F3F4;

/// The flags of England, Scotland and Wales: what follows a black flag, in tag characters.
constexpr std::u32string_view flag_tags[] = {
    U"\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F",
    U"\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F",
    U"\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F",
};

display_class class_of(char32_t code_point) noexcept {
    const auto* const after =
        std::upper_bound(std::begin(display_classes::ranges), std::end(display_classes::ranges), code_point,
                         [](char32_t point, const display_range& range) { return point < range.first; });
    return after != std::begin(display_classes::ranges) && code_point <= std::prev(after)->last ? std::prev(after)->kind
                                                                                                : display_class::plain;
}

constexpr bool is_in(char32_t code_point, char32_t first, char32_t last) noexcept {
    return code_point >= first && code_point <= last;
}

constexpr bool is_mark(display_class kind) noexcept {
    return kind == display_class::mark || kind == display_class::spacing_mark || kind == display_class::virama;
}

constexpr bool is_joining(display_class kind) noexcept {
    return kind == display_class::dual_joining || kind == display_class::right_joining;
}

constexpr bool is_pictograph(display_class kind) noexcept {
    return kind == display_class::pictograph || kind == display_class::varying_pictograph;
}

constexpr bool is_mongolian_letter(char32_t code_point) noexcept {
    return is_in(code_point, 0x1820, 0x18AA);
}

/// Length of the UTF-8 sequence that starts with `lead`; the bytes are known to be well-formed.
constexpr std::uint8_t sequence_length(unsigned char lead) noexcept {
    return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

char32_t code_point_of(std::string_view sequence) noexcept {
    const auto lead = static_cast<unsigned char>(sequence[0]);
    constexpr unsigned char lead_masks[] = {0x7F, 0x1F, 0x0F, 0x07};
    char32_t value = lead & lead_masks[sequence.size() - 1];
    sequence.remove_prefix(1);
    for (const char byte : sequence) {
        value = (value << 6U) | (static_cast<unsigned char>(byte) & 0x3FU);
    }
    return value;
}

/// A character of a text, and where it ends. Neither at the end of the text nor where it is ill-formed there is one.
struct character {
    char32_t code_point{0};
    display_class kind{display_class::hidden};
    std::size_t end{0};

    [[nodiscard]] bool exists() const noexcept { return end != 0; }
};

character character_at(std::string_view text, std::size_t position) noexcept {
    if (position >= text.size()) {
        return {};
    }
    const std::string_view remaining = text.substr(position);
    const auto lead = static_cast<unsigned char>(remaining[0]);
    if (lead < 0x80) {
        const bool is_printable = lead >= 0x20 && lead < 0x7F;
        return {lead, is_printable ? display_class::plain : display_class::hidden, position + 1};
    }
    if (find_ill_formed_utf8(remaining.substr(0, 4)) == 0) {
        return {};
    }
    const std::string_view sequence = remaining.substr(0, sequence_length(lead));
    const char32_t code_point = code_point_of(sequence);
    return {code_point, class_of(code_point), position + sequence.size()};
}

/// Finds how far the text that is joined to a character reaches: marks, variation selectors, joiners and what they
/// join. Whatever could stand there unseen, because it joins nothing or changes nothing, is left out.
class joined_text {
public:
    joined_text(std::string_view text, character base) noexcept
        : text_{text}, base_{base}, letter_{base}, last_{base}, end_{base.end}, end_max_{base.end + joined_bytes_max} {}

    /// Where the joined text ends.
    std::size_t find_end() noexcept {
        for (character next = character_at(text_, end_); next.exists() && next.end <= end_max_ && take(next);
             next = character_at(text_, end_)) {
        }
        return end_;
    }

private:
    bool take(const character& next) noexcept {
        if (is_mark(next.kind)) {
            return take_mark(next);
        }
        if (next.code_point == zero_width_joiner || next.code_point == zero_width_non_joiner) {
            return take_joiner(next);
        }
        if (end_ != base_.end) {
            return false;  // what follows only follows a character itself
        }
        if (next.code_point == emoji_style && is_keycap(base_.code_point)) {
            const character keycap = character_at(text_, next.end);
            return keycap.code_point == enclosing_keycap && advance(keycap);
        }
        if (is_in(next.code_point, 0x1'F3FB, 0x1'F3FF)) {
            return is_pictograph(base_.kind) && advance(next);  // a color of skin
        }
        if (base_.code_point == black_flag && is_in(next.code_point, 0xE'0000, 0xE'007F)) {
            return take_flag();
        }
        return is_variation(next.code_point) && advance(next);
    }

    bool advance(const character& taken) noexcept {
        end_ = taken.end;
        last_ = taken;
        return true;
    }

    bool take_mark(const character& next) noexcept {
        const bool has_room =
            next.kind == display_class::spacing_mark ? ++spacing_marks_ <= spacing_marks_max : ++marks_ <= marks_max;
        return has_room && advance(next);
    }

    [[nodiscard]] static bool is_keycap(char32_t code_point) noexcept {
        return is_in(code_point, '0', '9') || code_point == '#' || code_point == '*';
    }

    /// Which of two or more forms of the character before it is meant.
    [[nodiscard]] bool is_variation(char32_t selector) const noexcept {
        switch (base_.kind) {
        case display_class::varying_pictograph: return is_in(selector, text_style, emoji_style);
        case display_class::varying: return is_in(selector, 0xFE00, 0xFE01);
        case display_class::ideograph: return is_in(selector, 0xFE00, 0xFE02) || is_in(selector, 0xE'0100, 0xE'01EF);
        default: break;
        }
        if (!is_mongolian_letter(base_.code_point)) {
            return false;
        }
        return is_in(selector, 0x180B, 0x180D) || selector == 0x180F ||
               (selector == 0x180E && is_mongolian_letter(character_at(text_, end_ + 3).code_point));
    }

    bool take_flag() noexcept {
        for (const std::u32string_view tags : flag_tags) {
            std::size_t end = end_;
            const bool is_flag = std::all_of(tags.begin(), tags.end(), [&](char32_t tag) {
                const character next = character_at(text_, end);
                end = next.end;
                return next.exists() && next.code_point == tag;
            });
            if (is_flag) {
                end_ = end;
                return true;
            }
        }
        return false;
    }

    /// A joiner, where it changes how letters look, or makes one emoji of two.
    bool take_joiner(const character& joiner) noexcept {
        if (last_.code_point == zero_width_joiner || last_.code_point == zero_width_non_joiner) {
            return false;
        }
        const bool joins = joiner.code_point == zero_width_joiner;
        const character next = character_at(text_, joiner.end);
        if (joins && is_pictograph(base_.kind) && marks_ == 0 && is_pictograph(next.kind)) {
            base_ = next;
            return advance(next);
        }
        const bool is_letter_next =
            next.exists() && next.code_point >= 0x80 && next.kind != display_class::hidden && !is_mark(next.kind);
        if (last_.kind == display_class::virama) {
            return (joins || is_letter_next) && advance(joiner);  // a half form, or none
        }
        if (next.kind == display_class::virama) {
            return letter_.code_point >= 0x900 && advance(joiner);
        }
        if (!joins) {
            return is_joining(letter_.kind) && is_joining(next.kind) && advance(joiner);
        }
        return letter_.kind == display_class::dual_joining && !is_joining(next.kind) && !is_mark(next.kind) &&
               advance(joiner);
    }

    std::string_view text_;
    character base_;    // what selectors and joiners of emoji refer to
    character letter_;  // the first character
    character last_;    // what was taken last
    std::size_t end_;
    std::size_t end_max_;
    unsigned marks_{0};
    unsigned spacing_marks_{0};
};

class piece_builder {
public:
    explicit piece_builder(std::size_t consumed) noexcept { piece_.consumed = static_cast<std::uint8_t>(consumed); }

    piece_builder& put(std::string_view text) noexcept {
        for (const char character : text) {
            piece_.escaped[piece_.escaped_size++] = character;
        }
        return *this;
    }

    piece_builder& put_hex(std::uint32_t value, unsigned digits_min) noexcept {
        bool started = false;
        for (unsigned digit = 8; digit-- > 0;) {
            const std::uint32_t nibble = (value >> (digit * 4U)) & 0xFU;
            started = started || nibble != 0 || digit < digits_min;
            if (started) {
                piece_.escaped[piece_.escaped_size++] = hex_digits[nibble];
            }
        }
        return *this;
    }

    [[nodiscard]] display_piece done() const noexcept { return piece_; }

private:
    display_piece piece_{};
};

display_piece escaped_ascii(unsigned char byte) noexcept {
    switch (byte) {
    case '\n': return piece_builder{1}.put("\\n").done();
    case '\r': return piece_builder{1}.put("\\r").done();
    case '\t': return piece_builder{1}.put("\\t").done();
    case '\\': return piece_builder{1}.put("\\\\").done();
    case '"': return piece_builder{1}.put("\\\"").done();
    default: return piece_builder{1}.put("\\x").put_hex(byte, 2).done();
    }
}

}  // namespace

display_piece next_display_character(std::string_view text) noexcept {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80 && plain_bytes(text.substr(0, 1)) == 0) {
        return escaped_ascii(lead);
    }
    const character first = character_at(text, 0);
    if (!first.exists()) {
        return piece_builder{1}.put("\\x").put_hex(lead, 2).done();
    }
    if (first.kind == display_class::hidden || is_mark(first.kind)) {
        return piece_builder{first.end}.put("\\u{").put_hex(first.code_point, 4).put("}").done();
    }
    return {.consumed = static_cast<std::uint8_t>(joined_text{text, first}.find_end())};
}

display_piece next_display_piece(std::string_view text) noexcept {
    const std::size_t plain = plain_bytes(text.substr(0, plain_bytes_max));
    if (plain == 0) {
        return next_display_character(text);
    }
    // Marks may follow the last of them.
    const std::size_t last = plain - 1;
    const std::size_t end =
        plain < text.size() && static_cast<unsigned char>(text[plain]) >= 0x80
            ? joined_text{text, {static_cast<unsigned char>(text[last]), display_class::plain, plain}}.find_end()
            : plain;
    return {.consumed = static_cast<std::uint8_t>(end)};
}

}  // namespace chatos
