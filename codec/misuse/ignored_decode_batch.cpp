// What decode_batch() found, thrown away.
// Refused: nodiscard
#include <chatos/decode_batch.hpp>

#include <array>
#include <cstddef>
#include <vector>

std::size_t misuse(const std::vector<std::byte>& received, std::array<chatos::packet_view, 8>& packets) {
#ifdef CHATOS_MISUSE
    chatos::decode_batch(received, packets);
    return packets.size();
#else
    return chatos::decode_batch(received, packets).count;
#endif
}
