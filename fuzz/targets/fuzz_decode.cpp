// libFuzzer target: the decoder, in one piece and in fragments, against all its properties.
#include "properties/decode_properties.hpp"
#include "targets/require.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

// The name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    chatos::fuzz::require("fuzz_decode", chatos::fuzz::check_decode_properties(std::as_bytes(std::span{data, size})));
    return 0;
}
