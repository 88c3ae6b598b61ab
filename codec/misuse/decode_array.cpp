// decode() given an array without a name.
// Refused: deleted
#include <chatos/decode.hpp>

#include <array>
#include <cstddef>

std::size_t misuse() {
#ifdef CHATOS_MISUSE
    return chatos::decode(std::array<std::byte, 2>{std::byte{6}}).consumed;
#else
    const std::array<std::byte, 2> received{std::byte{6}};
    return chatos::decode(received).consumed;
#endif
}
