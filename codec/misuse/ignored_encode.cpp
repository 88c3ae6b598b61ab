// Whether encode() wrote anything, thrown away.
// Refused: nodiscard
#include <chatos/encode.hpp>

#include <array>
#include <cstddef>

std::size_t misuse(std::array<std::byte, 16>& output) {
#ifdef CHATOS_MISUSE
    chatos::encode(chatos::make_cr("bob"), output);
    return output.size();
#else
    return chatos::encode(chatos::make_cr("bob"), output).size;
#endif
}
