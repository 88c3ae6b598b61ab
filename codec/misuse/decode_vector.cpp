// decode() given a copy that dies before the views into it are read.
// Refused: deleted
#include <chatos/decode.hpp>

#include <cstddef>
#include <vector>

std::size_t misuse(const std::vector<std::byte>& received) {
#ifdef CHATOS_MISUSE
    return chatos::decode(std::vector<std::byte>{received}).packet.pseudo.size();
#else
    return chatos::decode(received).packet.pseudo.size();
#endif
}
