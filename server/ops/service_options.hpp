// Options of a running server beyond the core's own bounds, and their validation.
#pragma once

#include "core/memory_ceiling.hpp"
#include "core/options.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace chatos::ops {

struct service_options {
    core::options core{};

    /// Connections from one address (net::network_of()); on Unix sockets, from one user of the system. Beyond: ERROR 2
    /// and closed at once. 0: no limit. Empty: per_address_default(), for other machines only.
    std::optional<std::uint32_t> per_address_max{};

    /// Bits of an IPv6 address that tell one address from another in all bounds per address.
    std::uint32_t ipv6_prefix{64};

    /// New connections per second from one address, and as many at once. Beyond: ERROR 2 and closed at once. 0: no
    /// limit.
    std::uint32_t connections_per_second_max{0};

    /// Descriptors that the system allows this process. 0: unknown.
    std::uint64_t descriptors_max{0};

    /// Log lines that wait for a slow log. Beyond: lines are dropped and counted.
    std::size_t log_queue_bytes_max{std::size_t{1} << 20U};

    /// Log lines of one kind, at levels warning and info, in a second. Beyond: left out and counted. 0: no limit.
    std::uint32_t log_lines_per_second_max{50};
    /// Largest acceptable worst case of memory. Beyond: the server does not start. 0: no limit.
    std::uint64_t memory_max{0};
};

/// The defaults on a machine with this much memory: on a small one the bounds over all clients are shares of it.
[[nodiscard]] service_options defaults_for(std::uint64_t memory_bytes);

/// The connections from one address when nobody has chosen: half of those that are possible, which descriptors limit as
/// well, and never so many that one address alone takes every place of an unregistered connection.
[[nodiscard]] std::uint32_t per_address_default(const service_options& options);

/// Descriptors that the process takes at every bound at once.
[[nodiscard]] std::uint64_t descriptors_wanted(const service_options& options);

/// Empty when the options are valid; otherwise a clause that names the invalid option and its range.
[[nodiscard]] std::string find_fault(const service_options& options, std::uint64_t machine_bytes);

/// The worst case of the core, the sockets, the log and the metrics. Excludes kernel memory (socket buffers) and the
/// few megabytes of an idle server.
[[nodiscard]] std::vector<core::memory_item> memory_ceiling(const service_options& options);

/// The sum of memory_ceiling().
[[nodiscard]] std::uint64_t memory_ceiling_bytes(const service_options& options);

}  // namespace chatos::ops
