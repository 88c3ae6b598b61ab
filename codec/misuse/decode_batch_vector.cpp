// decode_batch() given a copy that dies before the packets that point into it are read.
// Refused: deleted
#include <chatos/decode_batch.hpp>

#include <array>
#include <cstddef>
#include <vector>

std::size_t misuse(const std::vector<std::byte>& received, std::array<chatos::packet_view, 8>& packets) {
#ifdef CHATOS_MISUSE
    return chatos::decode_batch(std::vector<std::byte>{received}, packets).count;
#else
    return chatos::decode_batch(received, packets).count;
#endif
}
