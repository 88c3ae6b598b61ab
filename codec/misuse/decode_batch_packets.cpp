// decode_batch() writing packets into an array that nobody can read.
// Refused: no matching function
#include <chatos/decode_batch.hpp>

#include <array>
#include <cstddef>
#include <vector>

std::size_t misuse(const std::vector<std::byte>& received, std::array<chatos::packet_view, 8>& packets) {
#ifdef CHATOS_MISUSE
    return chatos::decode_batch(received, std::array<chatos::packet_view, 8>{packets}).count;
#else
    return chatos::decode_batch(received, packets).count;
#endif
}
