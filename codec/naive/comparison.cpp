#include "comparison.hpp"

#include <chatos/layout.hpp>

#include <algorithm>

namespace chatos::testing {
namespace {

bool same_text(std::string_view actual, const naive::text& expected, byte_view packet) {
    const byte_view wanted = packet.subspan(expected.start, expected.size);
    return std::ranges::equal(std::as_bytes(std::span{actual}), wanted);
}

}  // namespace

bool same_packet(const packet_view& actual, const naive::reading& expected, byte_view packet) {
    return static_cast<unsigned>(actual.op) == expected.opcode &&
           static_cast<unsigned>(actual.code) == expected.error_code &&
           same_text(actual.pseudo, expected.pseudo, packet) && same_text(actual.message, expected.message, packet);
}

bool lies_there(std::string_view view, const naive::text& expected, byte_view packet) {
    return view.empty() || static_cast<const void*>(view.data()) == packet.data() + expected.start;
}

naive::fault naive_fault(violation kind) {
    switch (kind) {
    case violation::none: return naive::fault::nothing;
    case violation::unknown_opcode: return naive::fault::opcode_is_not_1_to_6;
    case violation::negative_size: return naive::fault::size_has_its_top_bit_set;
    case violation::size_over_limit: return naive::fault::size_is_over_the_limit;
    case violation::empty_pseudo: return naive::fault::pseudo_has_no_byte;
    case violation::ill_formed_utf8: return naive::fault::text_is_not_utf8;
    case violation::unassigned_error_code: return naive::fault::error_code_is_not_assigned;
    }
    return naive::fault::nothing;
}

naive::place naive_place(field where) {
    switch (where) {
    case field::opcode: return naive::place::opcode;
    case field::pseudo_size: return naive::place::size_of_pseudo;
    case field::pseudo: return naive::place::pseudo;
    case field::message_size: return naive::place::size_of_message;
    case field::message: return naive::place::message;
    case field::error_code: return naive::place::error_code;
    }
    return naive::place::opcode;
}

bool agree(const decode_result& result, const naive::reading& expected, byte_view packet) {
    switch (expected.kind) {
    case naive::outcome::whole:
        return result.status == decode_status::complete && result.consumed == expected.bytes &&
               same_packet(result.packet, expected, packet) && result.need == 0 && result.error == decode_error{};
    case naive::outcome::unfinished:
        return result.status == decode_status::incomplete && result.consumed == 0 && result.need == expected.missing &&
               result.error == decode_error{};
    case naive::outcome::wrong:
        return result.status == decode_status::malformed && result.consumed == 0 && result.need == 0 &&
               naive_fault(result.error.what) == expected.why && naive_place(result.error.where) == expected.where &&
               result.error.offset == expected.offset;
    }
    return false;
}

naive::size_limits naive_limits(const limits& bounds) {
    return {.pseudo = bounds.pseudo_bytes_max, .message = bounds.message_bytes_max};
}

naive::reading naive_read(byte_view input, const naive::size_limits& limits, std::uint64_t position) {
    return naive::read_packet(reinterpret_cast<const unsigned char*>(input.data()), input.size(), limits, position);
}

std::string in_words(const decode_result& result) {
    switch (result.status) {
    case decode_status::complete:
        return "complete, opcode " + std::to_string(static_cast<unsigned>(result.packet.op)) + ", code " +
               std::to_string(static_cast<unsigned>(result.packet.code)) + ", pseudo of " +
               std::to_string(result.packet.pseudo.size()) + ", message of " +
               std::to_string(result.packet.message.size()) + ", consumed " + std::to_string(result.consumed);
    case decode_status::incomplete: return "incomplete, need " + std::to_string(result.need);
    case decode_status::malformed:
        return "malformed, " + std::string{violation_name(result.error.what)} + " in " +
               std::string{field_name(result.error.where)} + " at " + std::to_string(result.error.offset);
    }
    return "nothing";
}

std::string in_words(const naive::reading& reading) {
    switch (reading.kind) {
    case naive::outcome::whole:
        return "whole, opcode " + std::to_string(reading.opcode) + ", code " + std::to_string(reading.error_code) +
               ", pseudo of " + std::to_string(reading.pseudo.size) + ", message of " +
               std::to_string(reading.message.size) + ", bytes " + std::to_string(reading.bytes);
    case naive::outcome::unfinished: return "unfinished, missing " + std::to_string(reading.missing);
    case naive::outcome::wrong:
        return "wrong, fault " + std::to_string(static_cast<int>(reading.why)) + " in place " +
               std::to_string(static_cast<int>(reading.where)) + " at " + std::to_string(reading.offset);
    }
    return "nothing";
}

}  // namespace chatos::testing
