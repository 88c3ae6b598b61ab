// Byte sequences around every edge of the table of well-formed UTF-8 (Unicode 15, table 3-7).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chatos::testing {

/// Sequences of 1 to 4 bytes: first bytes are the edges of every row of the table and their neighbours; so are second
/// bytes; third and fourth bytes are the edges of the continuation range and their neighbours. A fourth byte after a
/// wrong third one is always the same.
[[nodiscard]] const std::vector<std::string>& boundary_sequences();

/// Where a sequence is in a string that is otherwise ASCII.
enum class position { start, middle, end };
inline constexpr position every_position[] = {position::start, position::middle, position::end};

/// A string of `size` bytes with `sequence` in it, which must fit.
[[nodiscard]] std::string text_around(std::string_view sequence, position where, std::size_t size);

}  // namespace chatos::testing
