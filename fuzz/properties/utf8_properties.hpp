// What must hold of the codec's judgement of text, and of the form in which text is shown to people.
#pragma once

#include "properties/verdict.hpp"

#include <cstddef>
#include <span>

namespace chatos::fuzz {

/// For one text: the input without its first byte, which says where the text ends inside a larger piece of memory.
/// "utf8": every kernel, the scalar walk and the public functions find the first ill-formed sequence where the naive
/// judge finds it. "escape": the shown form is printable, stands for the very bytes, and is at most four times as long.
[[nodiscard]] verdict check_utf8(std::span<const std::byte> input);

}  // namespace chatos::fuzz
