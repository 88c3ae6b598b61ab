// The harnesses of the codec that have no template to try them with broken codecs.
#pragma once

#include "properties/verdict.hpp"

#include <cstddef>
#include <span>

namespace chatos::fuzz {

/// Every entry point of the codec against the naive decoder, which shares no code with it. For inputs see
/// decode_plan.hpp. "decode": decode() agrees, packet by packet, views included. "batch": so does decode_batch() with
/// every kernel that this CPU can run, for an array whose size the plan's split choice determines. "allocation":
/// neither allocates.
[[nodiscard]] verdict check_differential(std::span<const std::byte> input);

/// Validation and escaping of a text: the input without its first byte, which determines where the text ends inside a
/// larger piece of memory. "utf8": every kernel, the scalar code and the public functions find the first ill-formed
/// sequence where the naive validator finds it. "escape": the escaped text is printable, represents exactly these
/// bytes, and is at most four times as long.
[[nodiscard]] verdict check_utf8(std::span<const std::byte> input);

/// "canary": no stream has a personal message of more than four bytes right after a login. This is false, so that
/// finding, reporting and repeating can be tried: a fuzzer with the mutator for packets finds it within seconds.
[[nodiscard]] verdict check_canary(std::span<const std::byte> input);

}  // namespace chatos::fuzz
