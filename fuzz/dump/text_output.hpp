// A second reading of the dump's forms for people: which lines there must be, and what they contain.
#pragma once

#include "dump/expected_records.hpp"
#include "properties/verdict.hpp"

#include <string_view>

namespace chatos::fuzz {

/// "printable": UTF-8 without any character that moves, hides or reorders the text around it, but for line ends.
/// "one line": a line for each record, below it only what belongs to that record, at the end the summary. "text":
/// offsets, names, numbers, bytes in hex and texts in quotes are those of the records. `tree` is the form of -v.
[[nodiscard]] verdict check_text_output(std::string_view output, const dumped_stream& stream, bool tree);

}  // namespace chatos::fuzz
