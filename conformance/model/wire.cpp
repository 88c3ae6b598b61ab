#include "model/wire.hpp"

#include <chatos/utf8.hpp>

#include <algorithm>
#include <optional>

namespace chatos::conformance {
namespace {

using enum fault;

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// Size of the first `characters` characters of `text`; more than it has if it has fewer.
std::size_t bytes_of_characters(std::string_view text, std::size_t characters) {
    std::size_t at = 0;
    for (; characters != 0 && at < text.size(); --characters) {
        for (++at; at < text.size() && continues_character(text[at]); ++at) {
        }
    }
    return at + characters;
}

std::size_t characters_of(std::string_view text) {
    return text.size() - static_cast<std::size_t>(std::count_if(text.begin(), text.end(), continues_character));
}

/// The fault that accepts the ill-formed bytes at `at` (WIRE-8).
fault leniency_for(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t index) -> unsigned {
        return index < text.size() ? static_cast<unsigned char>(text[index]) : 0x100U;
    };
    const unsigned first = byte(at);
    const unsigned second = byte(at + 1);
    if (first >= 0xC2 && first <= 0xF4 && (second == 0x100U || (second & 0xC0U) == 0x80U)) {
        if ((first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90)) {
            return overlong_forms_accepted;
        }
        if (first == 0xED && second >= 0xA0 && second < 0x100) {
            return surrogates_accepted;
        }
        return first == 0xF4 && second >= 0x90 && second < 0x100 ? beyond_unicode_accepted : cut_short_text_accepted;
    }
    if (first == 0xC0 || first == 0xC1) {
        return overlong_forms_accepted;
    }
    return first >= 0xF5 && first < 0xF8 ? beyond_unicode_accepted : ill_formed_pseudo_accepted;
}

/// Reads field after field, up to the first one that is missing or malformed.
class field_reader {
public:
    field_reader(std::string_view bytes, const wire_settings& settings) : bytes_{bytes}, settings_{settings} {}

    read_result read() {
        auto first = take_byte();
        if (!first) {
            return result_;
        }
        *first &= has(opcode_low_bits_only) ? 7U : 0xFFU;
        if (is_passed_over(*first)) {
            result_.status = read_status::skipped;
            result_.consumed = 1;
            return result_;
        }
        if (*first < 1 || *first > 6) {  // WIRE-1
            result_.fatal = has(dies_of_unknown_opcode);
            result_.status = read_status::malformed;
            return result_;
        }
        result_.packet.op = static_cast<opcode>(*first);
        if (read_fields()) {
            result_.status = read_status::complete;
            result_.consumed = at_;
        }
        return result_;
    }

private:
    [[nodiscard]] bool has(fault fault) const { return settings_.faults.has(fault); }

    [[nodiscard]] bool is_passed_over(unsigned first) const {
        return (first == 0 && has(opcode_zero_ignored)) || (first == 7 && has(opcode_seven_ignored)) ||
               (first == '\n' && has(line_feed_ignored)) || (first >= 0x80 && has(high_opcodes_ignored));
    }

    /// The fields after the opcode (WIRE-2 to WIRE-5). False if they are incomplete or malformed.
    bool read_fields() {
        switch (result_.packet.op) {
        case opcode::cr:
        case opcode::rpm:
        case opcode::pc: return read_pseudo();
        case opcode::spm: return read_pseudo() && read_message();
        case opcode::sma: return (!has(sma_with_a_pseudo) || read_pseudo()) && read_message();
        case opcode::error: return read_code();
        }
        return false;
    }

    bool read_pseudo() {
        const opcode op = result_.packet.op;
        const bool one_byte = (op == opcode::cr && has(cr_pseudo_size_in_one_byte)) ||
                              (op == opcode::rpm && has(rpm_pseudo_size_in_one_byte)) ||
                              (op == opcode::pc && has(pc_pseudo_size_in_one_byte));
        const bool little_endian = (op == opcode::cr && has(cr_size_read_little_endian)) ||
                                   (op == opcode::rpm && has(rpm_size_read_little_endian)) ||
                                   (op == opcode::spm && has(spm_pseudo_size_read_little_endian)) ||
                                   (op == opcode::pc && has(pc_size_read_little_endian));
        std::uint32_t limit = settings_.bounds.pseudo_bytes_max;
        if (has(pseudo_of_32_bytes_refused) || (op == opcode::pc && has(pc_pseudo_of_32_bytes_refused)) ||
            (op == opcode::rpm && has(rpm_pseudo_of_32_bytes_refused)) ||
            (op == opcode::spm && has(spm_pseudo_of_32_bytes_refused))) {
            limit = std::min(limit, 31U);
        }
        const auto size = read_size(one_byte ? 1 : 2, little_endian, limit);
        if (!size) {
            return false;
        }
        const bool may_be_empty =
            (op == opcode::cr && has(empty_pseudo_registered)) || (op == opcode::rpm && has(empty_pseudo_asked_for)) ||
            (op == opcode::spm && has(empty_pseudo_written_to)) || (op == opcode::pc && has(empty_pseudo_offered_to));
        if (*size == 0 && !may_be_empty) {  // WIRE-9
            result_.fatal = has(dies_of_size_zero);
            return malformed();
        }
        return read_text(result_.packet.pseudo, *size, counts_characters(true), true);
    }

    bool read_message() {
        const opcode op = result_.packet.op;
        const bool two_bytes = (op == opcode::spm && has(spm_message_size_in_two_bytes)) ||
                               (op == opcode::sma && has(sma_message_size_in_two_bytes));
        const bool little_endian = (op == opcode::sma && has(sma_size_read_little_endian)) ||
                                   (op == opcode::spm && has(spm_message_size_read_little_endian));
        std::uint32_t limit = settings_.bounds.message_bytes_max;
        if (has(message_of_1024_bytes_refused) || (op == opcode::sma && has(message_to_all_of_1024_bytes_refused)) ||
            (result_.packet.pseudo.size() == 32 && has(largest_spm_refused))) {
            limit = std::min(limit, 1'023U);
        }
        const auto size = read_size(two_bytes ? 2 : 4, little_endian, limit);
        if (!size) {
            return false;
        }
        if (*size == 0 && settings_.variants.has(variant::empty_message_malformed)) {  // WIRE-10
            return malformed();
        }
        return read_text(result_.packet.message, *size, counts_characters(false), false);
    }

    bool read_code() {
        if (has(error_read_as_one_byte)) {
            return true;
        }
        const auto code = take_byte();
        if (!code || (has(error_read_as_three_bytes) && !take_byte())) {
            return false;
        }
        result_.packet.code = static_cast<std::uint8_t>(*code);
        if (is_assigned_error_code(result_.packet.code)) {
            return true;
        }
        if (has(unassigned_codes_ignored)) {
            result_.status = read_status::skipped;
            result_.consumed = at_;
            return false;
        }
        const bool relayed = (*code == 3 ? has(code_3_relayed) : has(unassigned_codes_relayed)) ||
                             (*code == 6 && has(code_6_relayed)) || (*code == 255 && has(code_255_relayed)) ||
                             (*code > 6 && *code < 0x80 && has(codes_7_to_127_relayed));
        return relayed || malformed();  // WIRE-12
    }

    /// A valid size (WIRE-6, WIRE-11, WIRE-14), or nothing if it is incomplete or malformed.
    std::optional<std::uint32_t> read_size(unsigned size_bytes, bool little_endian, std::uint32_t limit) {
        std::uint32_t size = 0;
        for (unsigned index = 0; index < size_bytes; ++index) {
            const auto byte = take_byte();
            if (!byte) {
                return std::nullopt;
            }
            size = little_endian ? size | (*byte << (8 * index)) : (size << 8) | *byte;
        }
        if (size >> (8 * size_bytes - 1) != 0 && size_bytes > 1) {  // WIRE-11
            result_.fatal = has(dies_of_negative_size);
            const std::uint32_t smallest = 1U << (8 * size_bytes - 1);
            const bool is_edge = (size == smallest && has(smallest_negative_size_awaited)) ||
                                 (size == (smallest | (smallest - 1)) && has(minus_one_awaited));
            if (!is_edge && !awaits_negative_size(size_bytes)) {
                (void)malformed();
            }
            return std::nullopt;
        }
        if (size > limit) {  // WIRE-14
            result_.fatal = has(dies_of_huge_size);
            (void)malformed();
            return std::nullopt;
        }
        return size;
    }

    [[nodiscard]] bool awaits_negative_size(unsigned size_bytes) const {
        switch (result_.packet.op) {
        case opcode::cr: return has(negative_cr_size_awaited);
        case opcode::rpm: return has(negative_rpm_size_awaited);
        case opcode::spm: return has(size_bytes == 4 ? negative_spm_size_awaited : negative_spm_pseudo_size_awaited);
        case opcode::pc: return has(negative_pc_size_awaited);
        case opcode::sma: return has(negative_sma_size_awaited);
        default: return false;
        }
    }

    /// For faults that violate WIRE-7.
    [[nodiscard]] bool counts_characters(bool is_pseudo) const {
        if (has(is_pseudo ? pseudo_size_counts_characters : message_size_counts_characters)) {
            return true;
        }
        switch (result_.packet.op) {
        case opcode::cr: return has(cr_size_counts_characters);
        case opcode::rpm: return has(rpm_size_counts_characters);
        case opcode::spm:
            return has(is_pseudo ? spm_pseudo_size_counts_characters : spm_message_size_counts_characters);
        case opcode::sma: return has(sma_size_counts_characters);
        default: return has(pc_size_counts_characters);
        }
    }

    /// A string, checked once it is complete (WIRE-7, WIRE-8).
    bool read_text(std::string& text, std::size_t size, bool counts_characters, bool is_pseudo) {
        const std::string_view remaining = bytes_.substr(at_);
        const std::size_t size_in_bytes = counts_characters ? bytes_of_characters(remaining, size) : size;
        if (remaining.size() < size_in_bytes) {
            const bool is_cut = !remaining.empty() && static_cast<unsigned char>(remaining.back()) >= 0xC2;
            const bool is_bad = find_ill_formed_utf8(remaining) != utf8_well_formed && !is_cut;
            return is_bad && has(ill_formed_judged_early) ? malformed() : false;
        }
        text = remaining.substr(0, size_in_bytes);
        at_ += size_in_bytes;
        if (const std::size_t bad = find_ill_formed_utf8(text); bad != utf8_well_formed) {
            const fault leniency = leniency_for(text, bad);
            const bool lenient = has(leniency) && (leniency != ill_formed_pseudo_accepted || is_pseudo);
            if (!lenient && !has(leniency_of_field(is_pseudo)) && !accepts_form(text, bad)) {
                result_.packet.message.resize(is_pseudo ? 0 : bad);
                result_.consumed = at_;
                return malformed();
            }
        }
        const bool four_bytes =
            std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xF0; });
        const bool is_refused =
            (four_bytes && has(four_byte_characters_refused)) ||
            (text.find("\xEF\xBF\xBF") != std::string::npos && has(noncharacters_refused)) ||
            (has(controls_refused) && std::any_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < ' '; }));
        return !is_refused || malformed();
    }

    /// The fault that does not check this field.
    [[nodiscard]] fault leniency_of_field(bool is_pseudo) const {
        switch (result_.packet.op) {
        case opcode::cr: return ill_formed_cr_accepted;
        case opcode::rpm: return ill_formed_rpm_accepted;
        case opcode::spm: return is_pseudo ? ill_formed_spm_pseudo_accepted : ill_formed_spm_message_accepted;
        case opcode::sma: return ill_formed_sma_accepted;
        default: return ill_formed_pc_accepted;
        }
    }

    /// Faults that accept a part of what others of them accept.
    [[nodiscard]] bool accepts_form(std::string_view text, std::size_t at) const {
        const auto first = static_cast<unsigned char>(text[at]);
        return (text.substr(at, 2) == "\xC0\x80" && has(nul_in_two_bytes_accepted)) ||
               ((first == 0xE0 || first == 0xF0) && has(long_overlong_forms_accepted)) ||
               (first == 0xED && text.substr(at).size() >= 6 && text.substr(at + 3, 1) == "\xED" &&
                has(surrogate_pairs_accepted)) ||
               (first >= 0x80 && first < 0xC0 && has(lone_continuation_accepted)) ||
               (first == 0xED && static_cast<unsigned char>(text.substr(at)[1]) >= 0xB0 &&
                has(low_surrogates_accepted)) ||
               (first >= 0xF8 && has(five_byte_forms_accepted)) ||
               (first >= 0xE1 && first < 0xF8 && text.substr(at).size() > 2 && continues_character(text[at + 1]) &&
                !continues_character(text[at + 2]) && has(last_byte_of_character_unchecked));
    }

    std::optional<unsigned> take_byte() {
        if (at_ == bytes_.size()) {
            return std::nullopt;
        }
        return static_cast<unsigned char>(bytes_[at_++]);
    }

    bool malformed() {
        result_.status = read_status::malformed;
        return false;
    }

    std::string_view bytes_;
    const wire_settings& settings_;
    std::size_t at_{0};
    read_result result_;
};

void append_size(std::string& bytes, std::size_t size, unsigned size_bytes, bool little_endian = false) {
    for (unsigned index = 0; index < size_bytes; ++index) {
        const unsigned shift = 8 * (little_endian ? index : size_bytes - 1 - index);
        bytes += static_cast<char>((size >> shift) & 0xFFU);
    }
}

void append_pseudo_size(std::string& bytes, const model_packet& packet, const fault_set& faults) {
    const bool is_pc = packet.op == opcode::pc;
    const bool counts_characters = faults.has(delivered_pseudo_size_counts_characters) ||
                                   (is_pc && faults.has(delivered_pc_size_counts_characters));
    append_size(bytes, counts_characters ? characters_of(packet.pseudo) : packet.pseudo.size(), 2,
                faults.has(delivered_pseudo_size_little_endian) ||
                    (is_pc && faults.has(delivered_pc_size_little_endian)));
}

void append_spm(std::string& bytes, const model_packet& packet, const fault_set& faults) {
    std::string pseudo;
    append_pseudo_size(pseudo, packet, faults);
    pseudo += packet.pseudo;
    std::string message;
    if (!faults.has(delivered_spm_without_message_size)) {
        const bool counts_characters = faults.has(delivered_size_counts_characters);
        append_size(message, counts_characters ? characters_of(packet.message) : packet.message.size(), 4,
                    faults.has(delivered_size_little_endian));
    }
    message += packet.message;
    bytes += faults.has(delivered_spm_in_wrong_order) ? message + pseudo : pseudo + message;
}

}  // namespace

read_result read_packet(std::string_view bytes, const wire_settings& settings) {
    return field_reader{bytes, settings}.read();
}

std::string write_packet(const model_packet& packet, const fault_set& faults) {
    std::string bytes(1, static_cast<char>(packet.op));  // WIRE-1
    switch (packet.op) {
    case opcode::cr:
    case opcode::rpm:
    case opcode::pc:  // WIRE-2, WIRE-6
        if (!faults.has(delivered_pc_without_size)) {
            append_pseudo_size(bytes, packet, faults);
        }
        bytes += packet.pseudo;
        break;
    case opcode::spm: append_spm(bytes, packet, faults); break;  // WIRE-3
    case opcode::sma:                                            // WIRE-4
        append_size(bytes, packet.message.size(), 4);
        bytes += packet.message;
        break;
    case opcode::error:  // WIRE-5
        bytes += static_cast<char>(packet.code);
        if (packet.code == static_cast<std::uint8_t>(error_code::refused) && faults.has(refusal_with_trailing_byte)) {
            bytes += '\0';
        }
        break;
    }
    return bytes;
}

}  // namespace chatos::conformance
