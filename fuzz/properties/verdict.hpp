// What a property says about an input. Fuzzers and GoogleTest call the same properties: the one aborts on a failure,
// the other expects none.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace chatos::fuzz {

struct failure {
    std::string_view property;  ///< short name, stable: "round-trip"
    std::string detail;         ///< what was expected and what was seen
};

/// Empty when the property holds.
using verdict = std::optional<failure>;

}  // namespace chatos::fuzz
