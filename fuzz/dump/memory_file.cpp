#include "dump/memory_file.hpp"

#include <cerrno>
#include <sys/mman.h>
#include <sys/types.h>
#include <system_error>
#include <unistd.h>

namespace chatos::fuzz {

memory_file::memory_file()
    : descriptor_{::memfd_create("input", MFD_CLOEXEC)}, path_{"/proc/self/fd/" + std::to_string(descriptor_)} {
    if (descriptor_ < 0) {
        throw std::system_error{errno, std::generic_category(), "memfd_create"};
    }
}

memory_file::~memory_file() {
    ::close(descriptor_);
}

void memory_file::write(std::span<const std::byte> content) {
    const bool is_written = ::ftruncate(descriptor_, 0) == 0 && ::pwrite(descriptor_, content.data(), content.size(),
                                                                         0) == static_cast<ssize_t>(content.size());
    if (!is_written) {
        throw std::system_error{errno, std::generic_category(), "memory file"};
    }
}

}  // namespace chatos::fuzz
