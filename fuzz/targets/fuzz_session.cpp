// libFuzzer target: the server's core, driven by a script and compared with a witness.
#include "session/session_properties.hpp"
#include "targets/require.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

// The name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    chatos::fuzz::require("fuzz_session", chatos::fuzz::check_session(std::as_bytes(std::span{data, size})));
    return 0;
}
