// A second reading of the dump's lines of JSON.
#pragma once

#include "dump/expected_records.hpp"
#include "properties/verdict.hpp"

#include <string_view>

namespace chatos::fuzz {

/// "one line": a line for each record, and a summary. "json": each line is JSON whose members are those of the record,
/// and whose strings are the exact text.
[[nodiscard]] verdict check_json_output(std::string_view output, const dumped_stream& stream);

}  // namespace chatos::fuzz
