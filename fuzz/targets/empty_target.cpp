// Checks nothing: what engine, mutator and sanitizers cost by themselves, the yardstick of the harnesses' speed.
#include <cstddef>
#include <cstdint>

// The name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* /*data*/, std::size_t /*size*/) {
    return 0;
}
