#include "ops/memory_budget.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

namespace chatos::ops {

namespace {

// "max" and anything else that is not a number: no limit.
std::uint64_t parse_bytes(std::string_view text) {
    std::uint64_t bytes = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
    return error == std::errc{} && end != text.data() ? bytes : unlimited_bytes;
}

// The smallest limit of the group `path` and of those above it. A container may see its own group as the root, under
// another path than the one it is told: folders that are not there are skipped.
std::uint64_t smallest_on_the_way_up(const std::string& root, std::string path, const std::string& file,
                                     const file_reader& read) {
    std::uint64_t bytes = unlimited_bytes;
    if (path.find("/..") != std::string::npos) {
        path = "/";  // a group outside of what this process sees
    }
    for (;;) {
        while (path.ends_with('/')) {
            path.pop_back();
        }
        if (const std::optional<std::string> text = read(root + path + "/" + file)) {
            bytes = std::min(bytes, parse_bytes(*text));
        }
        if (path.empty()) {
            return bytes;
        }
        path.erase(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
    }
}

bool is_among(std::string_view controllers, std::string_view name) {
    while (!controllers.empty()) {
        const std::size_t comma = std::min(controllers.find(','), controllers.size());
        if (controllers.substr(0, comma) == name) {
            return true;
        }
        controllers.remove_prefix(std::min(comma + 1, controllers.size()));
    }
    return false;
}

std::optional<std::string> read_file(const std::string& path) {
    std::ifstream file{path};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    return file.is_open() ? std::optional{std::move(text)} : std::nullopt;
}

}  // namespace

std::uint64_t memory_budget::bytes() const noexcept {
    return std::min({machine, control_group, address_space});
}

std::string_view memory_budget::bound_by() const noexcept {
    if (bytes() == machine) {
        return "machine";
    }
    return bytes() == control_group ? "control_group" : "address_space";
}

// A line is HIERARCHY:CONTROLLERS:PATH; version 2 has hierarchy 0 and no controllers.
std::uint64_t control_group_bytes(const file_reader& read) {
    std::uint64_t bytes = unlimited_bytes;
    std::istringstream lines{read("/proc/self/cgroup").value_or("")};
    for (std::string line; std::getline(lines, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos) {
            continue;
        }
        const std::string controllers = line.substr(first + 1, second - first - 1);
        const std::string path = line.substr(second + 1);
        if (line.starts_with("0:") && controllers.empty()) {
            for (const char* root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
                bytes = std::min(bytes, smallest_on_the_way_up(root, path, "memory.max", read));
            }
        } else if (is_among(controllers, "memory")) {
            bytes =
                std::min(bytes, smallest_on_the_way_up("/sys/fs/cgroup/memory", path, "memory.limit_in_bytes", read));
        }
    }
    return bytes;
}

std::uint64_t address_space_bytes(std::uint64_t limit, std::uint64_t page_bytes, const file_reader& read) {
    if (limit == unlimited_bytes) {
        return unlimited_bytes;
    }
    const std::uint64_t pages = parse_bytes(read("/proc/self/statm").value_or("0"));
    const std::uint64_t used = pages == unlimited_bytes ? 0 : pages * page_bytes;
    return limit - std::min(limit, used);
}

memory_budget find_memory_budget() {
    memory_budget budget{.control_group = control_group_bytes(read_file)};
    const long pages = ::sysconf(_SC_PHYS_PAGES);
    const long page = ::sysconf(_SC_PAGESIZE);
    if (pages > 0 && page > 0) {
        budget.machine = static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page);
    }
    ::rlimit limit{};
    if (page > 0 && ::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        budget.address_space = address_space_bytes(limit.rlim_cur, static_cast<std::uint64_t>(page), read_file);
    }
    return budget;
}

std::uint64_t data_bytes_max(const memory_budget& budget, std::uint64_t used_bytes) noexcept {
    if (budget.control_group >= budget.machine || used_bytes > budget.control_group / 2) {
        return unlimited_bytes;
    }
    return budget.control_group / 8 * 7;
}

void refuse_beyond(const memory_budget& budget) {
    // Pages of program, resident, shared, text, library; data and stack. Sanitizers map far more than there is.
    std::istringstream text{read_file("/proc/self/statm").value_or("")};
    std::uint64_t pages = 0;
    for (int field = 0; field < 6; ++field) {
        text >> pages;
    }
    const std::uint64_t used = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const std::uint64_t most = text ? data_bytes_max(budget, used) : unlimited_bytes;
    ::rlimit limit{};
    if (most != unlimited_bytes && ::getrlimit(RLIMIT_DATA, &limit) == 0 && most < limit.rlim_cur) {
        limit.rlim_cur = most;
        static_cast<void>(::setrlimit(RLIMIT_DATA, &limit));
    }
}

}  // namespace chatos::ops
