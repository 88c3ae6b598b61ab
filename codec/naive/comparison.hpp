// The codec's results beside the naive decoder's: whether they say the same, and both in words.
#pragma once

#include "naive_decoder.hpp"

#include <chatos/decode.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace chatos::testing {

using byte_view = std::span<const std::byte>;

/// Whether a result of the codec and one of the naive decoder say the same of the packet at the front of `packet`.
[[nodiscard]] bool agree(const decode_result& result, const naive::reading& expected, byte_view packet);

/// Whether a view lies exactly where the naive decoder saw the text; an empty one may lie anywhere.
[[nodiscard]] bool lies_there(std::string_view view, const naive::text& expected, byte_view packet);

/// Whether a packet is the one that the naive decoder read at the front of `packet`.
[[nodiscard]] bool same_packet(const packet_view& actual, const naive::reading& expected, byte_view packet);

/// What the naive decoder calls it.
[[nodiscard]] naive::fault naive_fault(violation kind);
[[nodiscard]] naive::place naive_place(field where);

/// The codec's limits, as the naive decoder takes them.
[[nodiscard]] naive::size_limits naive_limits(const limits& bounds);

/// The naive decoder on bytes as the codec takes them.
[[nodiscard]] naive::reading naive_read(byte_view input, const naive::size_limits& limits, std::uint64_t position);

[[nodiscard]] std::string in_words(const decode_result& result);
[[nodiscard]] std::string in_words(const naive::reading& reading);

}  // namespace chatos::testing
