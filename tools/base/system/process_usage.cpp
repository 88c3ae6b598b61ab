#include "base/system/process_usage.hpp"

#include <ctime>
#include <fstream>
#include <limits>
#include <string>

namespace chatos::base {

namespace {

std::optional<std::uint64_t> read_clock_ns(clockid_t clock) {
    timespec time{};
    if (::clock_gettime(clock, &time) != 0) {
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(time.tv_nsec);
}

/// The number of kibibytes after `key`, in bytes.
std::optional<std::uint64_t> find_kib(const std::string& path, const std::string& key) {
    std::ifstream file{path};
    for (std::string word; file >> word;) {
        if (std::uint64_t kib = 0; word == key && file >> kib) {
            return kib * 1024U;
        }
        file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> cpu_time_ns(::pid_t process) {
    clockid_t clock{};
    return ::clock_getcpuclockid(process, &clock) == 0 ? read_clock_ns(clock) : std::nullopt;
}

std::uint64_t own_cpu_time_ns() {
    return read_clock_ns(CLOCK_PROCESS_CPUTIME_ID).value_or(0);
}

std::optional<std::uint64_t> resident_bytes(::pid_t process) {
    const std::string folder = "/proc/" + std::to_string(process);
    // smaps_rollup is exact, but only the owner may read it; the figure in status may lag behind by some pages.
    const auto exact = find_kib(folder + "/smaps_rollup", "Rss:");
    return exact ? exact : find_kib(folder + "/status", "VmRSS:");
}

}  // namespace chatos::base
