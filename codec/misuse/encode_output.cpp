// encode() writing into a buffer that nobody can read.
// Refused: could not convert|no viable conversion
#include <chatos/encode.hpp>

#include <array>
#include <cstddef>

std::size_t misuse(std::array<std::byte, 16>& output) {
#ifdef CHATOS_MISUSE
    return chatos::encode(chatos::make_cr("bob"), std::array<std::byte, 16>{output}).size;
#else
    return chatos::encode(chatos::make_cr("bob"), output).size;
#endif
}
