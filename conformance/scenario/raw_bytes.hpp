// The little language for raw bytes: "u8:4 u16:65535 u32:7 'text' x:ff00".
#pragma once

#include "scenario/scenario.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace chatos::conformance {

/// Atoms are separated by spaces. uN:NUMBER is a big-endian unsigned integer of N bits (8, 16, 32), x:HEX bytes, 'TEXT'
/// characters as UTF-8 with {name} allowed and '' for an apostrophe. An error is a sentence that names the atom.
[[nodiscard]] std::variant<raw_source, std::string> parse_raw_bytes(std::string_view text);

/// Pairs of hex digits as bytes; nothing when it is not that.
[[nodiscard]] std::optional<std::vector<std::byte>> parse_hex(std::string_view digits);

}  // namespace chatos::conformance
