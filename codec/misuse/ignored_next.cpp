// A packet of a stream, thrown away unseen.
// Refused: nodiscard
#include <chatos/stream_decoder.hpp>

#include <cstddef>
#include <span>

std::size_t misuse(chatos::stream_decoder& decoder, std::span<const std::byte> rest) {
#ifdef CHATOS_MISUSE
    decoder.next(rest);
    return rest.size();
#else
    return decoder.next(rest).consumed;
#endif
}
