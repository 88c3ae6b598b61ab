// The sizes that an implementation accepts (WIRE-14).
#pragma once

#include <cstddef>
#include <cstdint>

namespace chatos {

/// Largest declared sizes that decoder and encoder accept, in bytes of UTF-8 (WIRE-7, WIRE-14). A declared size
/// above its limit is malformed as soon as the size has been read, before any byte of the string arrives.
struct limits {
    std::uint32_t pseudo_bytes_max{255};      ///< of a pseudo; above 32767 the sign bit is the limit (WIRE-11)
    std::uint32_t message_bytes_max{65'536};  ///< of a message; above 2147483647 the sign bit is (WIRE-11)
};

/// What every implementation must accept at least, in bytes (WIRE-14).
inline constexpr limits smallest_legal_limits{.pseudo_bytes_max = 32, .message_bytes_max = 1'024};

}  // namespace chatos
