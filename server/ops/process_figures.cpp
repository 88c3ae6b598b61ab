#include "ops/process_figures.hpp"

#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace chatos::ops {

process_figures read_process_figures() {
    process_figures figures;
    std::ifstream memory{"/proc/self/statm"};
    std::uint64_t pages = 0;
    std::uint64_t resident_pages = 0;
    if (memory >> pages >> resident_pages) {
        figures.resident_bytes = resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    }
    std::error_code error;
    for (std::filesystem::directory_iterator it{"/proc/self/fd", error}, end; !error && it != end;
         it.increment(error)) {
        ++figures.descriptors_open;
    }
    ::rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        figures.descriptors_max = limit.rlim_cur;
    }
    return figures;
}

}  // namespace chatos::ops
