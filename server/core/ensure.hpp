// Assertions that stay on in release builds. They guard our own invariants and our callers' duties; what a peer sends
// never reaches one.
#pragma once

namespace chatos::core {

/// Prints the failed assertion to stderr and aborts.
[[noreturn]] void assertion_failed(const char* function, const char* file, int line) noexcept;

/// Aborts unless `holds`: with a broken invariant the server could answer the wrong request. (The builtins are what
/// std::source_location is made of, which Clang 14 cannot use from GCC's library.)
inline void ensure(bool holds, const char* function = __builtin_FUNCTION(), const char* file = __builtin_FILE(),
                   int line = __builtin_LINE()) noexcept {
    if (!holds) [[unlikely]] {
        assertion_failed(function, file, line);
    }
}

}  // namespace chatos::core
