// The six ChatOS 1.0 packets as values. A packet_view owns nothing: its strings point into bytes that somebody
// else keeps alive. Nothing here knows about bytes on the wire; see layout.hpp for that.
#pragma once

#include <chatos/lifetime.hpp>

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
enum class error_code : std::uint8_t {
    ok = 0,               ///< no error: the request was carried out
    pseudo_taken = 1,     ///< somebody else has this pseudo
    out_of_capacity = 2,  ///< the server has no room for another user
    unreachable = 4,      ///< the recipient cannot be reached
    refused = 5,          ///< the recipient does not want it
};

/// One packet. Fields that the opcode does not have are empty (strings) or `ok` (code). Copying it copies no text.
struct packet_view {
    opcode op{opcode::error};         ///< which of the six; decides which fields it has
    error_code code{error_code::ok};  ///< ERROR only
    std::string_view pseudo{};        ///< UTF-8, at least one byte; lives as long as the bytes that were decoded
    std::string_view message{};       ///< UTF-8, may be empty; same lifetime

    /// Equal in every member; texts are compared byte by byte.
    friend constexpr bool operator==(const packet_view&, const packet_view&) noexcept = default;
};

/// CR (WIRE-2): asks to be known as `pseudo`. The packet points to the text; nothing is judged before encode().
[[nodiscard]] constexpr packet_view make_cr(std::string_view pseudo) noexcept {
    return {.op = opcode::cr, .pseudo = pseudo};
}
/// Deleted: the packet would point into a temporary.
template <owning_temporary<std::string_view> Text>
packet_view make_cr(Text&& pseudo) = delete;

/// RPM (WIRE-2): asks to write to the user `pseudo`. Judges nothing, as make_cr().
[[nodiscard]] constexpr packet_view make_rpm(std::string_view pseudo) noexcept {
    return {.op = opcode::rpm, .pseudo = pseudo};
}
/// Deleted: the packet would point into a temporary.
template <owning_temporary<std::string_view> Text>
packet_view make_rpm(Text&& pseudo) = delete;

/// SPM (WIRE-3): a message to one user; towards the recipient `pseudo` is the sender's. Judges nothing, as make_cr().
[[nodiscard]] constexpr packet_view make_spm(std::string_view pseudo, std::string_view message) noexcept {
    return {.op = opcode::spm, .pseudo = pseudo, .message = message};
}
/// Deleted: the packet would point into a temporary.
template <typename Pseudo = std::string_view, typename Message = std::string_view>
packet_view make_spm(Pseudo&& pseudo, Message&& message) requires(owning_temporary<Pseudo, std::string_view> ||
                                                                  owning_temporary<Message, std::string_view>) = delete;

/// SMA (WIRE-4): a message to everybody. Judges nothing, as make_cr().
[[nodiscard]] constexpr packet_view make_sma(std::string_view message) noexcept {
    return {.op = opcode::sma, .message = message};
}
/// Deleted: the packet would point into a temporary.
template <owning_temporary<std::string_view> Text>
packet_view make_sma(Text&& message) = delete;

/// PC (WIRE-2): asks the user `pseudo` for a connection of their own. Judges nothing, as make_cr().
[[nodiscard]] constexpr packet_view make_pc(std::string_view pseudo) noexcept {
    return {.op = opcode::pc, .pseudo = pseudo};
}
/// Deleted: the packet would point into a temporary.
template <owning_temporary<std::string_view> Text>
packet_view make_pc(Text&& pseudo) = delete;

/// ERROR (WIRE-5): the answer to a packet.
[[nodiscard]] constexpr packet_view make_error(error_code code) noexcept {
    return {.op = opcode::error, .code = code};
}

/// True for 0, 1, 2, 4 and 5 (WIRE-12).
[[nodiscard]] constexpr bool is_assigned_error_code(std::uint8_t code) noexcept {
    return code <= 5 && code != 3;
}

/// The code's name as reports and dumps print it ("OK", "PSEUDO_TAKEN", ...); "UNASSIGNED" for any other value. Lives
/// for ever.
[[nodiscard]] std::string_view error_code_name(error_code code) noexcept;

}  // namespace chatos
