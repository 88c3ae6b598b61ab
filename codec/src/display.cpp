// Which characters a person may see as they are, and what stands for the others.
#include <chatos/display.hpp>

namespace chatos {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

struct code_point_range {
    char32_t first;
    char32_t last;
};

// Characters that hide, reorder or break text: C1 controls, soft hyphen, invisible fillers, zero-width and
// direction marks, line and paragraph separators, bidirectional embeddings and isolates, variation selectors,
// byte order mark, interlinear marks, tags, and what is no character at all.
constexpr code_point_range unsafe_ranges[] = {
    {0x0080, 0x00A0}, {0x00AD, 0x00AD}, {0x034F, 0x034F}, {0x061C, 0x061C},    {0x115F, 0x1160},
    {0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x2000, 0x200F}, {0x2028, 0x202F},    {0x205F, 0x206F},
    {0x3000, 0x3000}, {0x3164, 0x3164}, {0xE000, 0xF8FF}, {0xFE00, 0xFE0F},    {0xFEFF, 0xFEFF},
    {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFC}, {0xFFFE, 0xFFFF}, {0xE0000, 0x10FFFF},
};

constexpr bool is_unsafe(char32_t code_point) noexcept {
    for (const code_point_range& range : unsafe_ranges) {
        if (code_point >= range.first && code_point <= range.last) {
            return true;
        }
    }
    return false;
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

constexpr bool is_plain_ascii(unsigned char byte) noexcept {
    return byte >= 0x20 && byte < 0x7F && byte != '\\' && byte != '"';
}

}  // namespace

display_piece next_display_piece(std::string_view text) noexcept {
    std::uint8_t plain = 0;
    while (plain < text.size() && plain < 255 && is_plain_ascii(static_cast<unsigned char>(text[plain]))) {
        ++plain;
    }
    if (plain != 0) {
        return {.consumed = plain};
    }
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) {
        return escaped_ascii(lead);
    }
    const std::size_t wrong = find_ill_formed_utf8(text.substr(0, 4));
    if (wrong == 0) {
        return piece_builder{1}.put("\\x").put_hex(lead, 2).done();
    }
    const std::string_view sequence = text.substr(0, sequence_length(lead));
    const char32_t code_point = code_point_of(sequence);
    if (is_unsafe(code_point)) {
        return piece_builder{sequence.size()}.put("\\u{").put_hex(code_point, 4).put("}").done();
    }
    return {.consumed = static_cast<std::uint8_t>(sequence.size())};
}

}  // namespace chatos
