// Options of a running server beyond the core's own bounds, and their validation.
#pragma once

#include "core/memory_ceiling.hpp"
#include "core/options.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace chatos::ops {

struct service_options {
    core::options core{};

    /// Connections from one address; on Unix sockets, from one user of the system. Beyond: ERROR 2 and closed at once.
    /// 0: no limit. By default less than unregistered_max, so that one address alone cannot keep all others out, and
    /// more than users_max, so that all users may share one address.
    std::uint32_t per_address_max{16'384};

    /// Log lines that wait for a slow log. Beyond: lines are dropped and counted.
    std::size_t log_queue_bytes_max{std::size_t{1} << 20U};

    /// Largest acceptable worst case of memory. Beyond: the server does not start. 0: no limit.
    std::uint64_t memory_max{0};
};

/// The defaults on a machine with this much memory: on a small one the bounds over all clients are shares of it.
[[nodiscard]] service_options defaults_for(std::uint64_t machine_bytes);

/// Empty when the options are valid; otherwise a clause that names the invalid option and its range.
[[nodiscard]] std::string find_fault(const service_options& options, std::uint64_t machine_bytes);

/// The worst case of the core, the sockets, the log and the metrics. Excludes kernel memory (socket buffers) and the
/// few megabytes of an idle server.
[[nodiscard]] std::vector<core::memory_item> memory_ceiling(const service_options& options);

/// The sum of memory_ceiling().
[[nodiscard]] std::uint64_t memory_ceiling_bytes(const service_options& options);

}  // namespace chatos::ops
