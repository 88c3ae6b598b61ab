// The six ChatOS 1.0 packets as values. A packet_view owns nothing: its strings point into bytes that somebody
// else keeps alive. Nothing here knows about bytes on the wire; see layout.hpp for that.
#pragma once

#include <cstdint>
#include <string_view>

namespace chatos {

/// First byte of every packet (WIRE-1).
enum class opcode : std::uint8_t {
    cr = 1,    ///< connection request: "register me under this pseudo"
    rpm = 2,   ///< request personal message: "may I write to this pseudo?"
    spm = 3,   ///< send personal message; towards the recipient its pseudo is the sender's
    sma = 4,   ///< send message to all
    pc = 5,    ///< private TCP connection
    error = 6  ///< the answer to any of the others, OK included
};

/// Assigned codes of an ERROR packet; 3 is not assigned (WIRE-12).
enum class error_code : std::uint8_t { ok = 0, pseudo_taken = 1, out_of_capacity = 2, unreachable = 4, refused = 5 };

/// One packet. Fields that the opcode does not have are empty (strings) or `ok` (code).
struct packet_view {
    opcode op{opcode::error};
    error_code code{error_code::ok};
    std::string_view pseudo{};   ///< UTF-8, at least one byte; lives as long as the bytes that were decoded
    std::string_view message{};  ///< UTF-8, may be empty; same lifetime

    friend constexpr bool operator==(const packet_view&, const packet_view&) noexcept = default;
};

[[nodiscard]] constexpr packet_view make_cr(std::string_view pseudo) noexcept {
    return {.op = opcode::cr, .pseudo = pseudo};
}
[[nodiscard]] constexpr packet_view make_rpm(std::string_view pseudo) noexcept {
    return {.op = opcode::rpm, .pseudo = pseudo};
}
[[nodiscard]] constexpr packet_view make_spm(std::string_view pseudo, std::string_view message) noexcept {
    return {.op = opcode::spm, .pseudo = pseudo, .message = message};
}
[[nodiscard]] constexpr packet_view make_sma(std::string_view message) noexcept {
    return {.op = opcode::sma, .message = message};
}
[[nodiscard]] constexpr packet_view make_pc(std::string_view pseudo) noexcept {
    return {.op = opcode::pc, .pseudo = pseudo};
}
[[nodiscard]] constexpr packet_view make_error(error_code code) noexcept {
    return {.op = opcode::error, .code = code};
}

/// True for 0, 1, 2, 4 and 5 (WIRE-12).
[[nodiscard]] constexpr bool is_assigned_error_code(std::uint8_t code) noexcept {
    return code <= 5 && code != 3;
}

/// The code's name as reports and dumps print it ("OK", "PSEUDO_TAKEN", ...); "UNASSIGNED" for any other value.
[[nodiscard]] std::string_view error_code_name(error_code code) noexcept;

}  // namespace chatos
