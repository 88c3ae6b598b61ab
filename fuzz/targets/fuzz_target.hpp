// What every libFuzzer target is: a property that is asked about each input.
#pragma once

#include "targets/require.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

/// Defines the entry point of the target `name`. The entry point's name is libFuzzer's.
#define CHATOS_FUZZ_TARGET(name, check)                                                                                \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {                                \
        chatos::fuzz::require(#name, check(std::as_bytes(std::span{data, size})));                                     \
        return 0;                                                                                                      \
    }
