// Bytes to packets. Strict (WIRE-1 to WIRE-14), no allocation, no exceptions, no I/O. What the peer did wrong is a
// value (decode_error); nothing that comes from the network can trip an assertion.
#pragma once

#include <chatos/layout.hpp>
#include <chatos/limits.hpp>
#include <chatos/packet.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace chatos {

/// Why bytes are not a packet.
enum class violation : std::uint8_t {
    none,
    unknown_opcode,         ///< WIRE-1
    negative_size,          ///< WIRE-11: the top bit of a size is set
    size_over_limit,        ///< WIRE-14
    empty_pseudo,           ///< WIRE-9
    ill_formed_utf8,        ///< WIRE-8
    unassigned_error_code,  ///< WIRE-12
};

/// Short name ("unknown_opcode"), for logs and JSON.
[[nodiscard]] std::string_view violation_name(violation what) noexcept;
/// One clause for people ("no packet has this opcode; 1 to 6 are assigned").
[[nodiscard]] std::string_view describe(violation what) noexcept;
/// Id of the rule that was broken ("WIRE-1"); empty for `none`.
[[nodiscard]] std::string_view rule_of(violation what) noexcept;

/// Where and why decoding stopped for good.
struct decode_error {
    violation what{violation::none};
    field where{field::opcode};
    /// Absolute position in the stream: of the opcode, of the first byte of the size, of the first byte of the
    /// ill-formed UTF-8 sequence, or of the error code.
    std::uint64_t offset{0};

    friend constexpr bool operator==(const decode_error&, const decode_error&) noexcept = default;
};

enum class decode_status : std::uint8_t {
    complete,    ///< `packet` and `consumed` are set
    incomplete,  ///< `need` is set; no byte was consumed
    malformed,   ///< `error` is set; framing is lost, nothing after this can be decoded (ERR-1)
};

struct decode_result {
    decode_status status{decode_status::incomplete};
    packet_view packet{};     ///< complete: views into the decoded bytes
    std::size_t consumed{0};  ///< complete: bytes of this packet, at least 2
    /// incomplete: how many more bytes bring the next decision, at least 1. The decisions are: opcode; each size;
    /// each whole string; the error code. Fewer bytes than this never complete a packet nor show an error.
    std::size_t need{0};
    decode_error error{};  ///< malformed
};

/// Decodes the packet at the start of `input`. `base_offset` is the position of `input` in its stream and is only
/// added to the offset of an error. The views in the result live as long as the bytes of `input`.
[[nodiscard]] decode_result decode(std::span<const std::byte> input, const limits& bounds = {},
                                   std::uint64_t base_offset = 0) noexcept;

}  // namespace chatos
