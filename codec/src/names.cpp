// Words for the codec's enumerations: what reports, logs and dumps print.
#include <chatos/decode.hpp>
#include <chatos/layout.hpp>
#include <chatos/packet.hpp>

namespace chatos {

std::string_view error_code_name(error_code code) noexcept {
    switch (code) {
    case error_code::ok: return "OK";
    case error_code::pseudo_taken: return "PSEUDO_TAKEN";
    case error_code::out_of_capacity: return "OUT_OF_CAPACITY";
    case error_code::unreachable: return "UNREACHABLE";
    case error_code::refused: return "REFUSED";
    }
    return "UNASSIGNED";
}

std::string_view field_name(field name) noexcept {
    switch (name) {
    case field::opcode: return "opcode";
    case field::pseudo_size: return "pseudo_size";
    case field::pseudo: return "pseudo";
    case field::message_size: return "message_size";
    case field::message: return "message";
    case field::error_code: return "error_code";
    }
    return "unknown";
}

std::string_view violation_name(violation kind) noexcept {
    switch (kind) {
    case violation::none: return "none";
    case violation::unknown_opcode: return "unknown_opcode";
    case violation::negative_size: return "negative_size";
    case violation::size_over_limit: return "size_over_limit";
    case violation::empty_pseudo: return "empty_pseudo";
    case violation::ill_formed_utf8: return "ill_formed_utf8";
    case violation::unassigned_error_code: return "unassigned_error_code";
    }
    return "unknown";
}

std::string_view describe(violation kind) noexcept {
    switch (kind) {
    case violation::none: return "nothing is wrong";
    case violation::unknown_opcode: return "no packet has this opcode; 1 to 6 are assigned";
    case violation::negative_size: return "the size has its top bit set, and sizes are signed";
    case violation::size_over_limit: return "the size is over the limit";
    case violation::empty_pseudo: return "a pseudo has at least one byte";
    case violation::ill_formed_utf8: return "the bytes are not well-formed UTF-8";
    case violation::unassigned_error_code: return "this error code is not assigned; 0, 1, 2, 4 and 5 are";
    }
    return "unknown";
}

std::string_view rule_of(violation kind) noexcept {
    switch (kind) {
    case violation::none: return "";
    case violation::unknown_opcode: return "WIRE-1";
    case violation::negative_size: return "WIRE-11";
    case violation::size_over_limit: return "WIRE-14";
    case violation::empty_pseudo: return "WIRE-9";
    case violation::ill_formed_utf8: return "WIRE-8";
    case violation::unassigned_error_code: return "WIRE-12";
    }
    return "";
}

}  // namespace chatos
