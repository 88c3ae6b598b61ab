// decode() given what a function returns by value, even if it calls it const.
// Refused: deleted
#include <chatos/decode.hpp>

#include <cstddef>
#include <vector>

const std::vector<std::byte> receive();

std::size_t misuse() {
#ifdef CHATOS_MISUSE
    return chatos::decode(receive()).packet.pseudo.size();
#else
    const std::vector<std::byte> received = receive();
    return chatos::decode(received).packet.pseudo.size();
#endif
}
