// How a libFuzzer target reports: the broken property on stderr, then abort, so that the fuzzer keeps the input.
#pragma once

#include "properties/verdict.hpp"

#include <cstdio>
#include <cstdlib>

namespace chatos::fuzz {

/// Ends the process if `found` is a failure.
inline void require(const char* target, const verdict& found) {
    if (found) {
        std::fprintf(stderr, "%s: property '%.*s' is broken: %s\n", target, static_cast<int>(found->property.size()),
                     found->property.data(), found->detail.c_str());
        std::abort();
    }
}

}  // namespace chatos::fuzz
