// A plain second reading of one packet, from the table alone: where each field lies and what the sizes say. It knows
// nothing of the decoder, which is judged by it.
#pragma once

#include <chatos/decode.hpp>
#include <chatos/layout.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::fuzz {

/// Where a part of a packet lies, counted from the opcode.
struct part_place {
    std::size_t size_start{0};
    std::size_t body_start{0};
    std::uint64_t body_bytes{0};  ///< what the size says; 1 for an error code
    bool has_size{false};         ///< all bytes of the size are there (or it has none)
    bool is_negative{false};      ///< the size's top bit is set
};

/// How many bytes of a packet the next decision takes, counted from its opcode: the whole opcode, size, string or error
/// code that `packet`, its first bytes, does not hold yet. Its opcode is known and its sizes are legal.
[[nodiscard]] std::size_t next_decision(std::span<const std::byte> packet);

/// How many bytes of the packet at the start of `input` show `error`, which is true of them (untrue_error()).
[[nodiscard]] std::size_t bytes_that_show(std::span<const std::byte> input, const decode_error& error);

/// The place of a packet's part number `index`, as far as `packet` shows it. The parts before it must be whole.
[[nodiscard]] part_place place_of(std::span<const std::byte> packet, const packet_layout& row, std::size_t index);

/// What is wrong with `result`, which says that a packet is complete at the start of `input`; empty if nothing: its
/// fields lie one after the other, as the table has them, and fill `consumed` bytes exactly.
[[nodiscard]] std::string_view misplaced_field(std::span<const std::byte> input, const decode_result& result,
                                               const limits& bounds);

/// What is wrong with `error`, which a decoder gave for the packet at the start of `input`, whose stream starts at
/// offset `start`; empty if nothing: it names a place that belongs to its field, and what it says is true there.
[[nodiscard]] std::string_view untrue_error(std::span<const std::byte> input, std::uint64_t start,
                                            const decode_error& error, const limits& bounds);

}  // namespace chatos::fuzz
