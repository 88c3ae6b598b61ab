// The output of --print-limits: every limit, and the worst case of memory that follows from them.
#pragma once

#include "ops/service_options.hpp"

#include <string>

namespace chatos::ops {

/// For people: two tables of text, ending with the sum.
[[nodiscard]] std::string limits_text(const service_options& options);

/// For programs, one JSON object: {"limits": [{"flag", "value", "unit", "meaning"}], "memory": [{"what", "per",
/// "count", "bytes_each", "bytes"}], "memory_bytes_per_connection", "memory_bytes_per_user", "memory_bytes_max"}.
/// memory_bytes_per_user comes on top of memory_bytes_per_connection.
[[nodiscard]] std::string limits_json(const service_options& options);

}  // namespace chatos::ops
