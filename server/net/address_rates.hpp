// How many connections each address opens per second.
#pragma once

#include "core/clock.hpp"
#include "core/origin.hpp"
#include "core/token_bucket.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>

namespace chatos::net {

/// A token bucket for each address that has opened a connection within about the last second. Beyond
/// `addresses_max` addresses the one that was noted first is forgotten.
class address_rates {
public:
    /// False when `from` opens more than `per_second` (0: no limit).
    [[nodiscard]] bool take(const core::origin& from, core::time_point now, std::uint32_t per_second);
    /// Addresses that are remembered.
    [[nodiscard]] std::size_t size() const noexcept { return buckets_.size(); }

    static constexpr std::size_t addresses_max = 65'536;
    /// A node of the tree, and an entry of the queue in blocks that may be half empty.
    static constexpr std::size_t bytes_each = 160;

private:
    struct entry {
        core::time_point look_at;  // whether its bucket is full
        core::origin from;
    };
    void forget_full(core::time_point now);

    std::map<core::origin, core::token_bucket> buckets_;  // a tree: no choice of addresses can make it slow
    std::deque<entry> queue_;                             // one for each bucket
};

}  // namespace chatos::net
