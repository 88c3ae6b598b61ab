// All counters of a running server, as one value for another thread.
#pragma once

#include "core/statistics.hpp"

#include <cstdint>

namespace chatos::ops {

struct service_snapshot {
    core::statistics core{};
    core::duration_histogram turn_times{};  ///< of the loop: from waking up until everything is done
    bool draining{false};
    bool accepting{true};                   ///< a new connection would be accepted now: places and descriptors are free
    std::uint64_t closed_address_limit{0};  ///< service_options::per_address_max
    std::uint64_t closed_address_rate{0};   ///< service_options::connections_per_second_max
    std::uint64_t closed_proxy_header{0};   ///< a PROXY header that was cut, malformed or too slow
    std::uint64_t closed_proxy_untrusted{0};  ///< spoke the PROXY protocol from an address that may not
    std::uint64_t proxy_headers_awaited{0};   ///< connections whose PROXY header is not complete
    std::uint64_t accept_pauses{0};           ///< accepting paused: no descriptors, memory or free slots
    std::uint64_t memory_shortages{0};        ///< allocations failed, and what was begun took the reserve
    std::uint64_t closed_memory{0};           ///< closed to free memory then
    bool io_uring{false};                     ///< calls are batched; else they are made one by one
    std::uint64_t log_lines_written{0};
    std::uint64_t log_lines_dropped{0};   ///< the log was too slow
    std::uint64_t log_lines_left_out{0};  ///< service_options::log_lines_per_second_max
};

}  // namespace chatos::ops
