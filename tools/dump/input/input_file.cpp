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

bool read_files(const std::vector<std::string>& files, output& out, const std::function<void(std::string_view)>& report,
                const std::function<std::string(std::size_t, const std::string&)>& read) {
    const std::vector<std::string> paths = files.empty() ? std::vector<std::string>{"-"} : files;
    bool all_read = true;
    for (std::size_t index = 0; index < paths.size() && out.error() == 0; ++index) {
        if (const std::string problem = read(index, paths[index]); !problem.empty()) {
            all_read = false;
            out.flush();  // so that the message follows the output before it
            report(problem);
        }
    }
    return all_read;
}

}  // namespace chatos::dump
