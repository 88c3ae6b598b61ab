// What decode() found, thrown away.
// Refused: nodiscard
#include <chatos/decode.hpp>

#include <cstddef>
#include <vector>

std::size_t misuse(const std::vector<std::byte>& received) {
#ifdef CHATOS_MISUSE
    chatos::decode(received);
    return 0;
#else
    return chatos::decode(received).consumed;
#endif
}
