#include "model/client_wire.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

using enum client_fault;

void append_size(std::string& bytes, std::size_t size, unsigned size_bytes, bool little_endian = false) {
    for (unsigned index = 0; index < size_bytes; ++index) {
        const unsigned shift = 8 * (little_endian ? index : size_bytes - 1 - index);
        bytes += static_cast<char>((size >> shift) & 0xFFU);
    }
}

std::size_t characters_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

/// Characters up to U+00FF as one byte each.
std::string to_latin_1(std::string_view text) {
    std::string result;
    for (std::size_t index = 0; index < text.size(); ++index) {
        const auto byte = static_cast<unsigned char>(text[index]);
        const bool is_latin = (byte == 0xC2 || byte == 0xC3) && index + 1 < text.size();
        result += is_latin
                      ? static_cast<char>(((byte & 3U) << 6U) | (static_cast<unsigned char>(text[index + 1]) & 0x3FU))
                      : text[index];
        index += is_latin ? 1 : 0;
    }
    return result;
}

std::string message_of(const model_packet& packet, const client_fault_set& faults) {
    const std::string text = faults.has(sends_latin_1) ? to_latin_1(packet.message) : packet.message;
    return faults.has(sends_1000_bytes_at_most) ? text.substr(0, 1'000) : text;
}

std::string write_spm(const model_packet& packet, const client_fault_set& faults, std::string_view own_pseudo) {
    const std::string name = faults.has(signs_its_messages) ? std::string{own_pseudo} : packet.pseudo;
    std::string pseudo;
    append_size(pseudo, name.size(), 2);
    pseudo += name;
    const std::string text = message_of(packet, faults);
    std::string message;
    append_size(message, text.size(), faults.has(sends_spm_with_a_short_size) ? 2 : 4);
    message += text;
    return faults.has(sends_spm_in_wrong_order) ? message + pseudo : pseudo + message;
}

std::string write_sma(const model_packet& packet, const client_fault_set& faults, std::string_view own_pseudo) {
    std::string bytes;
    if (faults.has(sends_sma_with_a_pseudo)) {
        append_size(bytes, own_pseudo.size(), 2);
        bytes += own_pseudo;
    }
    const std::string text = message_of(packet, faults);
    const std::size_t size = faults.has(sends_sizes_in_characters) ? characters_of(text) : text.size();
    append_size(bytes, size, 4, faults.has(sends_message_size_little_endian));
    return bytes + text;
}

}  // namespace

std::string write_client_packet(const model_packet& packet, const client_fault_set& faults,
                                std::string_view own_pseudo) {
    const auto op = static_cast<unsigned>(packet.op);
    std::string bytes(1, static_cast<char>(faults.has(sends_opcodes_as_digits) ? op + '0' : op));  // WIRE-1
    switch (packet.op) {
    case opcode::cr:
    case opcode::rpm:
    case opcode::pc: {  // WIRE-2, WIRE-6
        const bool one_byte = packet.op == opcode::cr && faults.has(sends_cr_size_in_one_byte);
        const bool little_endian = packet.op == opcode::rpm && faults.has(sends_pseudo_size_little_endian);
        if (packet.op != opcode::pc || !faults.has(sends_pc_without_size)) {
            append_size(bytes, packet.pseudo.size(), one_byte ? 1 : 2, little_endian);
        }
        bytes += packet.pseudo;
        if (packet.op == opcode::rpm && faults.has(sends_rpm_with_a_zero_byte)) {
            bytes += '\0';
        }
        break;
    }
    case opcode::spm: bytes += write_spm(packet, faults, own_pseudo); break;  // WIRE-3
    case opcode::sma: bytes += write_sma(packet, faults, own_pseudo); break;  // WIRE-4
    case opcode::error:                                                       // WIRE-5
        bytes += static_cast<char>(packet.code);
        bytes += faults.has(sends_error_with_a_text) ? "OK" : "";
        break;
    }
    return bytes;
}

wire_settings reader_settings(const client_fault_set& faults, const client_variant_set& variants) {
    // Some faults of the server's reader serve the client as well.
    struct leniency {
        client_fault fault;
        conformance::fault reader_fault;
    };
    constexpr leniency all[] = {
        {takes_overlong_text, fault::overlong_forms_accepted},
        {takes_surrogates, fault::surrogates_accepted},
        {awaits_negative_size, fault::negative_spm_size_awaited},
        {takes_unassigned_code, fault::code_3_relayed},
        {takes_unassigned_code, fault::unassigned_codes_relayed},
        {refuses_pseudo_of_32_bytes, fault::pseudo_of_32_bytes_refused},
        {refuses_message_of_1024_bytes, fault::message_of_1024_bytes_refused},
        {passes_over_unknown_opcodes, fault::opcode_zero_ignored},
        {passes_over_unknown_opcodes, fault::opcode_seven_ignored},
        {passes_over_unknown_opcodes, fault::high_opcodes_ignored},
        {crashes_of_unknown_opcode, fault::dies_of_unknown_opcode},
        {crashes_of_negative_size, fault::dies_of_negative_size},
    };
    wire_settings settings;
    for (const leniency& leniency : all) {
        if (faults.has(leniency.fault)) {
            settings.faults.add(leniency.reader_fault);
        }
    }
    if (variants.has(client_variant::empty_messages_malformed)) {
        settings.variants.add(variant::empty_message_malformed);
    }
    if (variants.has(client_variant::smallest_client_limits)) {
        settings.bounds = smallest_legal_limits;
    }
    return settings;
}

}  // namespace chatos::conformance
