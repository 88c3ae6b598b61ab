// The maximum memory of the core in bytes, computed from its bounds (options.hpp).
#pragma once

#include "core/options.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace chatos::core {

/// `count` times `bytes_each`: one term of a worst case.
struct memory_item {
    std::string_view name;  ///< for people; static storage
    std::string_view per;   ///< "connection", "user", "tunnel" or "server"
    std::uint64_t count{0};
    std::uint64_t bytes_each{0};

    [[nodiscard]] std::uint64_t bytes() const noexcept { return count * bytes_each; }
};

/// Maximum number of connections at once: new ones are accepted while fewer than unregistered_max are not users.
[[nodiscard]] std::uint64_t connections_max(const options& bounds) noexcept;

/// What one call of the server may allocate while memory is short (server::watch_memory()).
[[nodiscard]] std::uint64_t call_bytes_max(const options& bounds) noexcept;

/// Assumes every client at every bound at the same moment. Counts each allocation with its bookkeeping; the caller adds
/// what the allocator loses between allocations. `bounds` must be valid (find_fault()).
[[nodiscard]] std::vector<memory_item> memory_ceiling(const options& bounds);

}  // namespace chatos::core
