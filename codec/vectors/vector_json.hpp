// Test vectors as JSON, laid out for people to read and for version control to compare: a vector a line.
#pragma once

#include "vector_cases.hpp"

#include <string>

namespace chatos::vectors {

/// The text of the file; vectors.schema.json says what it holds.
[[nodiscard]] std::string to_json(const vector_file& file);

}  // namespace chatos::vectors
