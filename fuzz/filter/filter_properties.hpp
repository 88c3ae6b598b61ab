// What must hold of the dump's filters, whatever the text. An input is the text.
#pragma once

#include "properties/verdict.hpp"

#include <cstddef>
#include <span>

namespace chatos::fuzz {

/// Properties: `place`: a text that is refused has a place in it, and words about it that can be shown, with the mark
/// under that place. `canonical`: the printed form of an accepted text parses to the same filter, and prints as itself.
/// `evaluation`: on every known record the filter says what the naive reading of its printed form says. Texts longer
/// than the targets' longest input are not looked at: their printed form may be longer than a filter may be.
[[nodiscard]] verdict check_filter(std::span<const std::byte> input);

}  // namespace chatos::fuzz
