#include "ops/process_figures.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace chatos::ops {

namespace {

// Linux 6.2 and later give the count as the size of the folder. Before, each descriptor must be listed, which takes
// milliseconds for ten thousand.
std::uint64_t count_descriptors() {
    const char* const folder = "/proc/self/fd";
    struct ::stat status {};
    if (::stat(folder, &status) == 0 && status.st_size > 0) {
        return static_cast<std::uint64_t>(status.st_size);
    }
    std::uint64_t count = 0;
    std::error_code error;
    for (std::filesystem::directory_iterator it{folder, error}, end; !error && it != end; it.increment(error)) {
        ++count;
    }
    return count;
}

}  // namespace

process_figures read_process_figures() {
    process_figures figures;
    std::ifstream memory{"/proc/self/statm"};
    std::uint64_t pages = 0;
    std::uint64_t resident_pages = 0;
    if (memory >> pages >> resident_pages) {
        figures.resident_bytes = resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    }
    figures.descriptors_open = count_descriptors();
    ::rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        figures.descriptors_max = limit.rlim_cur;
    }
    return figures;
}

}  // namespace chatos::ops
