// Bytes to packets. Strict (WIRE-1 to WIRE-14), no allocation, no exceptions, no I/O. What the peer did wrong is a
// value (decode_error); nothing that comes from the network can trip an assertion.
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

/// Why bytes are not a packet.
enum class violation : std::uint8_t {
    none,                   ///< nothing is wrong
    unknown_opcode,         ///< WIRE-1
    negative_size,          ///< WIRE-11: the top bit of a size is set
    size_over_limit,        ///< WIRE-14
    empty_pseudo,           ///< WIRE-9
    ill_formed_utf8,        ///< WIRE-8
    unassigned_error_code,  ///< WIRE-12
};

/// Short name ("unknown_opcode"), for logs and JSON. Lives for ever.
[[nodiscard]] std::string_view violation_name(violation what) noexcept;
/// One clause for people ("no packet has this opcode; 1 to 6 are assigned"). Lives for ever.
[[nodiscard]] std::string_view describe(violation what) noexcept;
/// Id of the rule that was broken ("WIRE-1"); empty for `none`. Lives for ever.
[[nodiscard]] std::string_view rule_of(violation what) noexcept;

/// Where and why decoding stopped for good.
struct [[nodiscard]] decode_error {
    violation what{violation::none};  ///< the rule that was broken
    field where{field::opcode};       ///< the field that breaks it
    /// Absolute position in the stream: of the opcode, of the first byte of the size, of the first byte of the
    /// ill-formed UTF-8 sequence, or of the error code.
    std::uint64_t offset{0};

    /// Equal in every member.
    friend constexpr bool operator==(const decode_error&, const decode_error&) noexcept = default;
};

/// How one attempt to decode ended.
enum class decode_status : std::uint8_t {
    complete,    ///< `packet` and `consumed` are set
    incomplete,  ///< `need` is set; no byte was consumed
    malformed,   ///< `error` is set; framing is lost, nothing after this can be decoded (ERR-1)
};

/// What decode() found at the start of its input. Only the members that `status` names mean anything; the others have
/// their default values.
struct [[nodiscard]] decode_result {
    decode_status status{decode_status::incomplete};  ///< which of the members below are set
    packet_view packet{};                             ///< complete: views into the decoded bytes
    std::size_t consumed{0};                          ///< complete: bytes of this packet, at least 2
    /// incomplete: how many more bytes bring the next decision, at least 1. The decisions are: opcode; each size;
    /// each whole string; the error code. Fewer bytes than this never complete a packet nor show an error.
    std::size_t need{0};
    decode_error error{};  ///< malformed
};

/// Decodes the packet at the start of `input` (WIRE-1 to WIRE-14, figures 1 to 6): at most one, and never reads a byte
/// outside `input`. An empty input is incomplete with `need` 1. `bounds` are in bytes; `base_offset` is the position of
/// `input` in its stream, in bytes, and is only added to the offset of an error. The views in the result live as long
/// as the bytes of `input`. Any thread may call it at any time.
[[nodiscard]] decode_result decode(std::span<const std::byte> input, const limits& bounds = {},
                                   std::uint64_t base_offset = 0) noexcept;
/// Deleted: the views in the result would point into a temporary that dies before they can be read.
template <owning_temporary<std::span<const std::byte>> Bytes>
decode_result decode(Bytes&& input, const limits& bounds = {}, std::uint64_t base_offset = 0) = delete;

}  // namespace chatos
