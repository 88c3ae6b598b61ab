// What a server in service counts, as one value that can be handed to another thread.
#pragma once

#include "core/statistics.hpp"

#include <cstdint>

namespace chatos::ops {

struct service_snapshot {
    core::statistics core{};
    bool draining{false};
    std::uint64_t closed_address_limit{0};  ///< service_options::per_address_max
    std::uint64_t accept_pauses{0};         ///< newcomers had to wait: no descriptors, memory or places
    std::uint64_t log_lines_written{0};
    std::uint64_t log_lines_dropped{0};  ///< the log was slower than what there was to say
};

}  // namespace chatos::ops
