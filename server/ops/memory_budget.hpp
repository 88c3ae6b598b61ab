// How much memory this process may take: the smallest of what the machine, its control group and its own limits allow.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace chatos::ops {

/// No limit.
inline constexpr std::uint64_t unlimited_bytes = UINT64_MAX;

struct memory_budget {
    std::uint64_t machine{unlimited_bytes};        ///< physical memory
    std::uint64_t control_group{unlimited_bytes};  ///< the smallest of the group and those above it
    std::uint64_t address_space{unlimited_bytes};  ///< what RLIMIT_AS leaves beyond what is in use

    [[nodiscard]] std::uint64_t bytes() const noexcept;
    /// "machine", "control_group" or "address_space": whose limit bytes() is.
    [[nodiscard]] std::string_view bound_by() const noexcept;
};

/// Gives the content of a file, if it can be read.
using file_reader = std::function<std::optional<std::string>(const std::string& path)>;

/// The memory limit of the control group in which this process is, according to /proc/self/cgroup and the files below
/// /sys/fs/cgroup: version 2, version 1, or both beside each other.
[[nodiscard]] std::uint64_t control_group_bytes(const file_reader& read);

/// RLIMIT_AS minus the addresses in use, of /proc/self/statm.
[[nodiscard]] std::uint64_t address_space_bytes(std::uint64_t limit, std::uint64_t page_bytes, const file_reader& read);

/// As of now.
[[nodiscard]] memory_budget find_memory_budget();

/// What this process may take of its control group, beside the system's buffers for its sockets, which the group counts
/// as well: unlimited_bytes when the group has no limit of its own, or `used_bytes`, in use already, leave little of
/// it.
[[nodiscard]] std::uint64_t data_bytes_max(const memory_budget& budget, std::uint64_t used_bytes) noexcept;

/// Makes the system refuse memory beyond data_bytes_max() (RLIMIT_DATA). A control group alone does not refuse: it
/// kills.
void refuse_beyond(const memory_budget& budget);

}  // namespace chatos::ops
