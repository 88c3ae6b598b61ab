// The wire format: a constexpr table of the six packets (figures 1 to 6 of the RFC, WIRE-1 to WIRE-7), the only place
// that defines their layout. Decoder, encoder, dump, documentation and fuzzing dictionaries are derived from it.
#pragma once

#include <chatos/limits.hpp>
#include <chatos/packet.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace chatos {

/// A field of a packet. Every byte of an accepted packet belongs to exactly one field.
enum class field : std::uint8_t {
    opcode,        ///< the first byte (WIRE-1)
    pseudo_size,   ///< two bytes, big-endian (WIRE-6)
    pseudo,        ///< UTF-8 (WIRE-7, WIRE-8)
    message_size,  ///< four bytes, big-endian (WIRE-6)
    message,       ///< UTF-8 (WIRE-7, WIRE-8)
    error_code,    ///< one byte (WIRE-12)
};

/// Name of a field in reports and dumps ("opcode", "pseudo_size", ...). Static storage.
[[nodiscard]] std::string_view field_name(field name) noexcept;

/// A part of a packet after its opcode.
enum class part : std::uint8_t {
    pseudo,      ///< a size of two bytes, then the name of a user
    message,     ///< a size of four bytes, then text
    error_code,  ///< one byte
};

/// Layout of a part: a big-endian size of `size_bytes` bytes (WIRE-6), followed by that many bytes of UTF-8. The error
/// code has no size and is one byte.
struct part_layout {
    field size_field;         ///< unused if size_bytes is 0
    field body_field;         ///< the string, or the error code itself
    std::uint8_t size_bytes;  ///< 2 for a pseudo, 4 for a message, 0 for the error code
    bool may_be_empty;        ///< WIRE-9, WIRE-10
};

/// The layouts of the parts, in the order of the enumeration.
inline constexpr std::array<part_layout, 3> part_table{{
    {field::pseudo_size, field::pseudo, 2, false},
    {field::message_size, field::message, 4, true},
    {field::error_code, field::error_code, 0, false},
}};

/// The row of a part. Static storage.
[[nodiscard]] constexpr const part_layout& layout_of(part which) noexcept {
    return part_table[static_cast<std::size_t>(which)];
}

/// A row of packet_table.
struct packet_layout {
    opcode op;                          ///< the first byte
    std::string_view name;              ///< "CR"
    std::string_view title;             ///< "connection request"
    std::array<part, 2> parts_storage;  ///< use parts(): the array may be longer than the packet
    std::uint8_t part_count;            ///< 1 or 2
    bool from_client;                   ///< a client may send it
    bool from_server;                   ///< a server may send it

    /// The parts after the opcode, in wire order; points into this row.
    [[nodiscard]] constexpr std::span<const part> parts() const& noexcept { return {parts_storage.data(), part_count}; }
    /// Deleted: the span would point into a row that is destroyed before it can be read.
    std::span<const part> parts() const&& = delete;
};

/// The six packets, in the order of their opcodes (figures 1 to 6).
inline constexpr std::array<packet_layout, 6> packet_table{{
    {opcode::cr, "CR", "connection request", {part::pseudo}, 1, true, false},
    {opcode::rpm, "RPM", "request personal message", {part::pseudo}, 1, true, false},
    {opcode::spm, "SPM", "send personal message", {part::pseudo, part::message}, 2, true, true},
    {opcode::sma, "SMA", "send message to all", {part::message}, 1, true, false},
    {opcode::pc, "PC", "private TCP connection", {part::pseudo}, 1, true, true},
    {opcode::error, "ERROR", "error code", {part::error_code}, 1, true, true},
}};

/// The table's row for a first byte, or nullptr if no packet starts with it (WIRE-1).
[[nodiscard]] constexpr const packet_layout* find_layout(std::uint8_t first_byte) noexcept {
    return first_byte >= 1 && first_byte <= packet_table.size() ? &packet_table[first_byte - 1U] : nullptr;
}

/// The table's row for an opcode, which must be one of the six.
[[nodiscard]] constexpr const packet_layout& layout_of(opcode op) noexcept {
    return packet_table[static_cast<std::size_t>(op) - 1];
}

/// Name of a packet in reports, scenarios and dumps ("CR", "RPM", ...). Static storage.
[[nodiscard]] constexpr std::string_view packet_name(opcode op) noexcept {
    return layout_of(op).name;
}

/// Whether packets of this opcode have such a part.
[[nodiscard]] constexpr bool has_part(opcode op, part wanted) noexcept {
    for (const part candidate : layout_of(op).parts()) {
        if (candidate == wanted) {
            return true;
        }
    }
    return false;
}

/// The limit on the size of a string, in bytes; not of the error code, which has no size.
[[nodiscard]] constexpr std::uint32_t limit_of(part which, const limits& bounds) noexcept {
    return which == part::pseudo ? bounds.pseudo_bytes_max : bounds.message_bytes_max;
}

/// The largest size of a part that these limits and the sign bit (WIRE-11) allow, in bytes; 1 for the error code.
[[nodiscard]] constexpr std::uint32_t body_bytes_max(part which, const limits& bounds) noexcept {
    if (which == part::error_code) {
        return 1;
    }
    const std::uint32_t signed_max = (1U << (layout_of(which).size_bytes * 8U - 1U)) - 1U;
    const std::uint32_t limit = limit_of(which, bounds);
    return limit < signed_max ? limit : signed_max;
}

/// Size of the largest packet of this opcode that these limits allow, in bytes.
[[nodiscard]] constexpr std::size_t packet_bytes_max(opcode op, const limits& bounds) noexcept {
    std::size_t bytes = 1;
    for (const part which : layout_of(op).parts()) {
        bytes += std::size_t{layout_of(which).size_bytes} + body_bytes_max(which, bounds);
    }
    return bytes;
}

/// Size of the largest packet that these limits allow, in bytes: the storage that a stream_decoder needs.
[[nodiscard]] constexpr std::size_t packet_bytes_max(const limits& bounds) noexcept {
    std::size_t largest = 0;
    for (const packet_layout& row : packet_table) {
        const std::size_t bytes = packet_bytes_max(row.op, bounds);
        largest = bytes > largest ? bytes : largest;
    }
    return largest;
}

}  // namespace chatos
