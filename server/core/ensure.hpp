// Assertions that stay on in release builds. They guard our own invariants and our callers' duties; what a peer sends
// never reaches one.
#pragma once

#include <source_location>

namespace chatos::core {

/// Says on stderr which expectation broke, and aborts.
[[noreturn]] void expectation_broken(const std::source_location& where) noexcept;

/// Aborts unless `holds`: a broken invariant would answer somebody else's request.
inline void ensure(bool holds, const std::source_location& where = std::source_location::current()) noexcept {
    if (!holds) [[unlikely]] {
        expectation_broken(where);
    }
}

}  // namespace chatos::core
