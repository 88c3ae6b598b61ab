#include "bench/measured_phase.hpp"

#include "base/system/process_usage.hpp"

#include <chrono>

namespace chatos::bench {

namespace {

using base::own_cpu_time_ns;

std::optional<std::uint64_t> cpu_of(std::optional<::pid_t> server) {
    return server ? base::cpu_time_ns(*server) : std::nullopt;
}

}  // namespace

std::uint64_t monotonic_ns() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

measured_phase::measured_phase(std::optional<::pid_t> server)
    : server_{server}, began_ns_{monotonic_ns()}, client_cpu_ns_{own_cpu_time_ns()}, server_cpu_ns_{cpu_of(server)} {}

usage measured_phase::so_far() const {
    usage used;
    used.elapsed_ns = monotonic_ns() - began_ns_;
    used.client_cpu_ns = own_cpu_time_ns() - client_cpu_ns_;
    const auto server_cpu_now = cpu_of(server_);
    if (server_cpu_ns_ && server_cpu_now) {
        used.server_cpu_ns = *server_cpu_now - *server_cpu_ns_;
    }
    return used;
}

}  // namespace chatos::bench
