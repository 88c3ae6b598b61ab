// stream_decoder::next() given a container instead of a span that tells what is left.
// Refused: deleted
#include <chatos/stream_decoder.hpp>

#include <cstddef>
#include <span>
#include <vector>

std::size_t misuse(chatos::stream_decoder& decoder, const std::vector<std::byte>& received) {
#ifdef CHATOS_MISUSE
    return decoder.next(std::vector<std::byte>{received}).consumed;
#else
    std::span<const std::byte> rest{received};
    return decoder.next(rest).consumed;
#endif
}
