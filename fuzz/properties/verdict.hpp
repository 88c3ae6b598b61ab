// What a property says about an input. Fuzzers and GoogleTest call the same properties: fuzzers abort on a failure,
// tests expect none.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace chatos::fuzz {

struct failure {
    std::string_view property;  ///< short name, stable: "round-trip"
    std::string detail;         ///< what was expected, and the actual result
};

/// Empty if the property holds.
using verdict = std::optional<failure>;

/// How a libFuzzer target reports: if `result` is a failure, prints the broken property on stderr and aborts, so that
/// the fuzzer keeps the input.
inline void require(const char* target, const verdict& result) {
    if (result) {
        std::fprintf(stderr, "%s: property '%.*s' is broken: %s\n", target, static_cast<int>(result->property.size()),
                     result->property.data(), result->detail.c_str());
        std::abort();
    }
}

}  // namespace chatos::fuzz
