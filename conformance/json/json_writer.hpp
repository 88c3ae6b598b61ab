// JSON values back to text, for files that a user keeps: what was read is written, in the same order.
#pragma once

#include "json/json_value.hpp"

#include <string>

namespace chatos::conformance {

/// Indented by two blanks; arrays and objects that fit a line of 120 bytes are on one. Ends without a line feed.
[[nodiscard]] std::string json_text(const json_value& value);

[[nodiscard]] json_value json_of(std::string text);

/// Gives the object this member: in the place of the one with its key, or else at the end.
void set_member(json_value& object, std::string_view key, json_value value);

}  // namespace chatos::conformance
