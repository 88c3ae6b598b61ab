// The six ChatOS 1.0 packets as values. A packet_view owns nothing: its strings point into memory that the
// caller keeps alive. For their layout on the wire see layout.hpp.
#pragma once

#include <chatos/lifetime.hpp>

#include <cstdint>
#include <string_view>

namespace chatos {

/// The first byte of a packet (WIRE-1).
enum class opcode : std::uint8_t {
    cr = 1,    ///< connection request: "register me under this pseudo"
    rpm = 2,   ///< request personal message: "may I write to this pseudo?"
    spm = 3,   ///< send personal message; when it is delivered, its pseudo is that of the sender
    sma = 4,   ///< send message to all
    pc = 5,    ///< private TCP connection
    error = 6  ///< the answer to any of the others, OK included
};

/// Assigned codes of an ERROR packet; 3 is not assigned (WIRE-12).
enum class error_code : std::uint8_t {
    ok = 0,               ///< no error: the request was carried out
    pseudo_taken = 1,     ///< another user has this pseudo
    out_of_capacity = 2,  ///< the server has no room for another user
    unreachable = 4,      ///< the recipient cannot be reached
    refused = 5,          ///< the recipient refuses
};

/// A packet. Fields that the opcode does not have are empty (strings) or `ok` (code). A copy points to the same text.
struct packet_view {
    opcode op{opcode::error};         ///< determines which fields the packet has
    error_code code{error_code::ok};  ///< ERROR only
    std::string_view pseudo{};        ///< UTF-8, at least one byte; valid as long as the bytes that were decoded
    std::string_view message{};       ///< UTF-8, may be empty; same lifetime

    /// Compares all members; strings byte by byte.
    friend constexpr bool operator==(const packet_view&, const packet_view&) noexcept = default;
};

/// CR (WIRE-2): requests to be registered as `pseudo`. The packet points to the text, which only encode() validates.
[[nodiscard]] constexpr packet_view make_cr(std::string_view pseudo) noexcept {
    return {.op = opcode::cr, .pseudo = pseudo};
}
/// Deleted: the packet would point into a temporary.
template <owning_temporary<std::string_view> Text>
packet_view make_cr(Text&& pseudo) = delete;

/// RPM (WIRE-2): requests permission to write to the user `pseudo`. Points to the text, as make_cr().
[[nodiscard]] constexpr packet_view make_rpm(std::string_view pseudo) noexcept {
    return {.op = opcode::rpm, .pseudo = pseudo};
}
/// Deleted: the packet would point into a temporary.
template <owning_temporary<std::string_view> Text>
packet_view make_rpm(Text&& pseudo) = delete;

/// SPM (WIRE-3): a message to one user; on delivery `pseudo` is the sender. Points to the texts, as make_cr().
[[nodiscard]] constexpr packet_view make_spm(std::string_view pseudo, std::string_view message) noexcept {
    return {.op = opcode::spm, .pseudo = pseudo, .message = message};
}
/// Deleted: the packet would point into a temporary.
template <typename Pseudo = std::string_view, typename Message = std::string_view>
packet_view make_spm(Pseudo&& pseudo, Message&& message) requires(owning_temporary<Pseudo, std::string_view> ||
                                                                  owning_temporary<Message, std::string_view>) = delete;

/// SMA (WIRE-4): a message to all users. Points to the text, as make_cr().
[[nodiscard]] constexpr packet_view make_sma(std::string_view message) noexcept {
    return {.op = opcode::sma, .message = message};
}
/// Deleted: the packet would point into a temporary.
template <owning_temporary<std::string_view> Text>
packet_view make_sma(Text&& message) = delete;

/// PC (WIRE-2): offers the user `pseudo` a private connection. Points to the text, as make_cr().
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

/// Name of a code in reports and dumps ("OK", "PSEUDO_TAKEN", ...); "UNASSIGNED" for any other value.
/// Static storage.
[[nodiscard]] std::string_view error_code_name(error_code code) noexcept;

}  // namespace chatos
