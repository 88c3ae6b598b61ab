// Two stream decoders that write to one storage.
// Refused: deleted
#include <chatos/stream_decoder.hpp>

#include <cstddef>
#include <utility>

std::size_t misuse(chatos::stream_decoder& decoder) {
#ifdef CHATOS_MISUSE
    chatos::stream_decoder other{decoder};
    return other.buffered();
#else
    chatos::stream_decoder other{std::move(decoder)};
    return other.buffered();
#endif
}
