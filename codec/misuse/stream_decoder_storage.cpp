// A stream_decoder whose storage dies before it.
// Refused: no matching function|no matching constructor
#include <chatos/stream_decoder.hpp>

#include <cstddef>
#include <span>
#include <vector>

std::size_t misuse(std::vector<std::byte>& storage) {
#ifdef CHATOS_MISUSE
    return chatos::stream_decoder{std::vector<std::byte>{storage}, {}}.buffered();
#else
    return chatos::stream_decoder{storage, {}}.buffered();
#endif
}
