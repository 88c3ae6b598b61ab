// Hex text, written in the forms that the dump reads, and any bytes taken for hex text.
#pragma once

#include "properties/verdict.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace chatos::fuzz {

/// The bytes as hex text in one of the forms that people and programs write; `choice` says which.
[[nodiscard]] std::string hex_text_of(std::span<const std::byte> bytes, std::uint8_t choice);

/// What a reader of hex text made of it.
struct hex_reading {
    bool is_hex{false};
    std::vector<std::byte> bytes{};
    std::uint64_t line{0};
    std::uint64_t column{0};
    std::string problem{};

    friend bool operator==(const hex_reading&, const hex_reading&) = default;
};

/// Reads `text` in fragments as `split_choice` says (properties/decode_plan.hpp).
[[nodiscard]] hex_reading read_hex_text(std::span<const std::byte> text, std::uint8_t split_choice);

/// "hex": the hex text of `bytes` gives back `bytes`, and `read` is what was read of it.
[[nodiscard]] verdict check_hex_of_bytes(const hex_reading& read, std::span<const std::byte> bytes);

/// "hex": any text gives the same in any fragments; a problem has a place in the text, and words without a character
/// that must not reach a terminal.
[[nodiscard]] verdict check_any_hex(std::span<const std::byte> text, const hex_reading& whole,
                                    const hex_reading& split);

}  // namespace chatos::fuzz
