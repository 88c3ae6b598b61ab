#include "bench/descriptor_limit.hpp"

#include <sys/resource.h>

namespace chatos::bench {

std::string raise_descriptor_limit(std::uint32_t connections) {
    constexpr rlim_t others = 32;
    const rlim_t needed = connections + others;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return "the limit of open files cannot be read";
    }
    if (limit.rlim_cur >= needed) {
        return {};
    }
    // The hard limit is raised only where that is needed and, as root, possible.
    rlimit wanted{.rlim_cur = needed, .rlim_max = limit.rlim_max < needed ? needed : limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &wanted) == 0) {
        return {};
    }
    return std::to_string(connections) + " connections need " + std::to_string(needed) +
           " open files, and the hard limit is " + std::to_string(limit.rlim_max) +
           "; raise it (ulimit -Hn, as root) or ask for fewer";
}

}  // namespace chatos::bench
