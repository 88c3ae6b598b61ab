// A result of a function of one's own, thrown away: the type says so by itself.
// Refused: nodiscard
#include <chatos/encode.hpp>

#include <cstddef>

chatos::encode_result send();

std::size_t misuse() {
#ifdef CHATOS_MISUSE
    send();
    return 0;
#else
    return send().size;
#endif
}
