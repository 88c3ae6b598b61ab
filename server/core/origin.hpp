// The origin of a connection: to tell whether two come from the same place (TUN-3), and to share bounds among places.
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

/// Where a connection comes from.
struct connection_source {
    connection_source() = default;
    /// An address that no share limits.
    connection_source(const origin& from) : address{from}, network{from} {}  // NOLINT(*-explicit-*)
    connection_source(const origin& from, const origin& shared, bool shares)
        : address{from}, network{shared}, shares_apply{shares} {}

    origin address{};
    origin network{};          ///< connections with an equal network share what one address may take
    bool shares_apply{false};  ///< bounds per address count for it, for example options::users_per_address_max
};

}  // namespace chatos::core
