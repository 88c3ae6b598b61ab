// Limits on the sizes that an implementation accepts (WIRE-14).
#pragma once

#include <cstddef>
#include <cstdint>

namespace chatos {

/// The largest declared sizes that decoder and encoder accept, in bytes of UTF-8 (WIRE-7, WIRE-14). A larger declared
/// size is malformed as soon as it has been read, before any byte of the string arrives.
struct limits {
    std::uint32_t pseudo_bytes_max{255};      ///< of a pseudo; at most 32767 take effect (WIRE-11)
    std::uint32_t message_bytes_max{65'536};  ///< of a message; at most 2147483647 take effect (WIRE-11)
};

/// The sizes that every implementation must accept, in bytes (WIRE-14).
inline constexpr limits smallest_legal_limits{.pseudo_bytes_max = 32, .message_bytes_max = 1'024};

}  // namespace chatos
