// Decodes bytes into packets: strict (WIRE-1 to WIRE-14), no allocation, no exceptions, no I/O. A mistake of the peer
// is a value (decode_error); no input from the network can trigger an assertion.
#pragma once

#include <chatos/layout.hpp>
#include <chatos/lifetime.hpp>
#include <chatos/limits.hpp>
#include <chatos/packet.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace chatos {

/// The reason why bytes are not a packet.
enum class violation : std::uint8_t {
    none,                   ///< no violation
    unknown_opcode,         ///< WIRE-1
    negative_size,          ///< WIRE-11: the top bit of a size is set
    size_over_limit,        ///< WIRE-14
    empty_pseudo,           ///< WIRE-9
    ill_formed_utf8,        ///< WIRE-8
    unassigned_error_code,  ///< WIRE-12
};

/// Short name ("unknown_opcode"), for logs and JSON. Static storage.
[[nodiscard]] std::string_view violation_name(violation broken) noexcept;
/// A clause for people ("no packet has this opcode; 1 to 6 are assigned"). Static storage.
[[nodiscard]] std::string_view describe(violation broken) noexcept;
/// Id of the violated rule ("WIRE-1"); empty for `none`. Static storage.
[[nodiscard]] std::string_view rule_of(violation broken) noexcept;

/// Where and why decoding stopped; it cannot be resumed.
struct [[nodiscard]] decode_error {
    violation what{violation::none};  ///< the violated rule
    field where{field::opcode};       ///< the field that violates it
    /// Absolute position in the stream of the opcode, the first byte of the size, the first byte of the ill-formed
    /// UTF-8 sequence, or the error code.
    std::uint64_t offset{0};

    /// Compares all members.
    friend constexpr bool operator==(const decode_error&, const decode_error&) noexcept = default;
};

/// The outcome of an attempt to decode.
enum class decode_status : std::uint8_t {
    complete,    ///< `packet` and `consumed` are set
    incomplete,  ///< `need` is set; no byte was consumed
    malformed,   ///< `error` is set; framing is lost, and nothing after this can be decoded (ERR-1)
};

/// The result of decode(). Only the members that `status` names are set;
/// the others have their default values.
struct [[nodiscard]] decode_result {
    decode_status status{decode_status::incomplete};  ///< which of the following members are set
    packet_view packet{};                             ///< complete: its views point into the input
    std::size_t consumed{0};                          ///< complete: bytes of this packet, at least 2
    /// incomplete: how many more bytes the next decision needs, at least 1. Decisions are made after the opcode, each
    /// size, each whole string, and the error code. Fewer bytes never complete a packet or reveal an error.
    std::size_t need{0};
    decode_error error{};  ///< malformed
};

/// decode() decodes at most one packet, the one at the start of `input` (WIRE-1 to WIRE-14, figures 1 to 6), and never
/// reads outside `input`. An empty input is incomplete with `need` 1. `bounds` are in bytes. `base_offset` is the
/// position of `input` in its stream, in bytes; it is only added to the offset of an error. The views in the result are
/// valid as long as the bytes of `input`. Thread-safe.
[[nodiscard]] decode_result decode(std::span<const std::byte> input, const limits& bounds = {},
                                   std::uint64_t base_offset = 0) noexcept;
/// Deleted: the views in the result would point into a temporary that is destroyed before they can be read.
template <owning_temporary<std::span<const std::byte>> Bytes>
decode_result decode(Bytes&& input, const limits& bounds = {}, std::uint64_t base_offset = 0) = delete;

}  // namespace chatos
