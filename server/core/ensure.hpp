// Assertions that stay on in release builds. They check invariants and preconditions; input from a peer never fails
// one.
#pragma once

namespace chatos::core {

/// Prints the failed assertion to stderr and aborts.
[[noreturn]] void assertion_failed(const char* function, const char* file, int line) noexcept;

/// Aborts unless `holds`: with a broken invariant the server could answer the wrong request. Uses builtins because
/// Clang 14 does not support std::source_location of GCC's library.
inline void ensure(bool holds, const char* function = __builtin_FUNCTION(), const char* file = __builtin_FILE(),
                   int line = __builtin_LINE()) noexcept {
    if (!holds) [[unlikely]] {
        assertion_failed(function, file, line);
    }
}

}  // namespace chatos::core
