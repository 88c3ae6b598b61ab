#include "dump/input/input_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace chatos::dump {

input_file::input_file(const std::string& path)
    : descriptor_{path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)} {
    if (descriptor_ < 0) {
        error_ = errno;
    }
}

input_file::~input_file() {
    if (descriptor_ > STDIN_FILENO) {
        ::close(descriptor_);
    }
}

std::size_t input_file::read(std::span<std::byte> piece) {
    while (error_ == 0) {
        const ssize_t count = ::read(descriptor_, piece.data(), piece.size());
        if (count >= 0) {
            if (on_read_) {
                on_read_(static_cast<std::size_t>(count));
            }
            return static_cast<std::size_t>(count);
        }
        if (errno != EINTR) {
            error_ = errno;
        }
    }
    return 0;
}

}  // namespace chatos::dump
