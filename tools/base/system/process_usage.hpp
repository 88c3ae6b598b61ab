// What a process has used so far: CPU time of all its threads, those that ended included, and resident memory.
#pragma once

#include <cstdint>
#include <optional>
#include <sys/types.h>

namespace chatos::base {

/// CPU time in user and kernel mode, to the nanosecond where the kernel counts so; nothing when there is no such
/// process.
[[nodiscard]] std::optional<std::uint64_t> cpu_time_ns(::pid_t process);
/// The same of this process.
[[nodiscard]] std::uint64_t own_cpu_time_ns();
/// Resident memory in bytes; nothing when there is no such process or it cannot be read.
[[nodiscard]] std::optional<std::uint64_t> resident_bytes(::pid_t process);

}  // namespace chatos::base
