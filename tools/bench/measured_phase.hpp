// A phase of which time and use of the processor are wanted, the server's and our own.
#pragma once

#include <cstdint>
#include <optional>
#include <sys/types.h>

namespace chatos::bench {

/// Nanoseconds of a clock that never steps.
[[nodiscard]] std::uint64_t monotonic_ns();

struct usage {
    std::uint64_t elapsed_ns{0};
    std::uint64_t client_cpu_ns{0};
    std::optional<std::uint64_t> server_cpu_ns{};  ///< when the server's process is known and was there all the time
};

/// Begins when constructed.
class measured_phase {
public:
    explicit measured_phase(std::optional<::pid_t> server);
    [[nodiscard]] usage so_far() const;

private:
    std::optional<::pid_t> server_;
    std::uint64_t began_ns_;
    std::uint64_t client_cpu_ns_;
    std::optional<std::uint64_t> server_cpu_ns_;
};

}  // namespace chatos::bench
