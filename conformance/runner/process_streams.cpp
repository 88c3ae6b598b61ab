#include "runner/process_streams.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <unistd.h>

namespace chatos::conformance {

ssize_t write_without_signal(int pipe, std::string_view text) {
    sigset_t broken_pipe;
    sigset_t before;
    ::sigemptyset(&broken_pipe);
    ::sigaddset(&broken_pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
    const ssize_t put = ::write(pipe, text.data(), text.size());
    const int error = errno;
    if (put < 0 && error == EPIPE) {
        const timespec at_once{};
        (void)::sigtimedwait(&broken_pipe, nullptr, &at_once);
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error;
    return put;
}

std::vector<std::string> last_lines(std::string_view text, std::size_t lines_max) {
    std::vector<std::string> lines;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        lines.emplace_back(text.substr(start, end - start));
        start = end + 1;
    }
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(std::min(lines.size(), lines_max)));
    return lines;
}

}  // namespace chatos::conformance
