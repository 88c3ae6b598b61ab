// The origin of a connection, to tell whether two come from the same place (TUN-3).
#pragma once

#include <array>
#include <cstddef>

namespace chatos::core {

/// Opaque: the driver sets it, the core only compares. Equal for two connections exactly when they come from the same
/// host or, on Unix sockets, from the same user of the system.
struct origin {
    std::array<std::byte, 16> bytes{};

    friend bool operator==(const origin&, const origin&) noexcept = default;
    friend bool operator<(const origin& left, const origin& right) noexcept { return left.bytes < right.bytes; }
};

}  // namespace chatos::core
