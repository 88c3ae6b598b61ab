// A strict reader for one line of JSON, written for this harness alone: what it takes, any parser takes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatos::fuzz {

/// The members of an object in their order; those of an object in it have names with a point ("bytes.input"), and an
/// empty one is {"skipped", "{}"}. Strings are what they stand for, with a quote in front ("\"bob"); numbers and words
/// as they are written.
using json_members = std::vector<std::pair<std::string, std::string>>;

/// Nothing if `line` is not one object in UTF-8 without white space around its parts, with whole numbers that are not
/// negative, true, strings and objects as values, and no key twice; nor if a string holds a control character, or an
/// escape that JSON does not have, or half a surrogate pair.
[[nodiscard]] std::optional<json_members> read_json_line(std::string_view line);

}  // namespace chatos::fuzz
