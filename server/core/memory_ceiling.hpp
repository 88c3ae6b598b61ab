// The most memory that the core can come to hold, as a function of its bounds: what options.hpp promises, in bytes.
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

/// Connections that there can be at once: a newcomer is let in while fewer than unregistered_max are not users.
[[nodiscard]] std::uint64_t connections_max(const options& bounds) noexcept;

/// Every client at every bound at the same moment. Memory as an allocation takes it, with its bookkeeping; what an
/// allocator loses between allocations is for the caller to add. `bounds` must be valid (find_fault()).
[[nodiscard]] std::vector<memory_item> memory_ceiling(const options& bounds);

}  // namespace chatos::core
