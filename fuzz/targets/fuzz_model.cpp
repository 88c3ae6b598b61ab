// libFuzzer target: the server's core and the conformance suite's model, told the same history.
#include "comparison/comparison.hpp"
#include "targets/require.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

// The name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    chatos::fuzz::require("fuzz_model", chatos::fuzz::check_two_readings(std::as_bytes(std::span{data, size})));
    return 0;
}
