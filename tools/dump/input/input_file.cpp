#include "dump/input/input_file.hpp"

#include "dump/text/text_format.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace chatos::dump {

namespace {

/// Opening a pipe waits for its writer, and could not be stopped: poll() waits for it as well.
int open_without_waiting(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor >= 0) {
        (void)::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
    }
    return descriptor;
}

}  // namespace

input_file::input_file(const std::string& path, input_events events)
    : events_{std::move(events)}, descriptor_{path == "-" ? STDIN_FILENO : open_without_waiting(path)} {
    if (descriptor_ < 0) {
        error_ = errno;
        return;
    }
    struct stat facts {};
    is_regular_ = ::fstat(descriptor_, &facts) == 0 && S_ISREG(facts.st_mode);
    is_terminal_ = ::isatty(descriptor_) == 1;
}

input_file::~input_file() {
    if (descriptor_ > STDIN_FILENO) {
        ::close(descriptor_);
    }
}

bool input_file::is_past_end() const {
    return events_.ends_at && std::chrono::steady_clock::now() >= *events_.ends_at;
}

/// How long poll() may wait: `wanted_ms`, or forever if that is negative, and never past the end.
int input_file::poll_time(int wanted_ms) const {
    if (!events_.ends_at) {
        return wanted_ms;
    }
    const auto remaining =
        std::chrono::ceil<std::chrono::milliseconds>(*events_.ends_at - std::chrono::steady_clock::now()).count();
    constexpr std::int64_t longest_ms = 86'400'000;
    const auto bounded = static_cast<int>(std::clamp<std::int64_t>(remaining, 0, longest_ms));
    return wanted_ms < 0 ? bounded : std::min(wanted_ms, bounded);
}

/// False if a stop keeps the next read from happening.
bool input_file::wait() {
    if (is_regular_) {
        return events_.stop == nullptr || !events_.stop->is_requested();
    }
    std::array<pollfd, 2> waits{
        {{descriptor_, POLLIN, 0}, {events_.stop != nullptr ? events_.stop->descriptor() : -1, POLLIN, 0}}};
    auto time = static_cast<int>(pause_time.count());
    while (events_.stop == nullptr || !events_.stop->is_requested()) {
        if (is_past_end()) {
            return false;
        }
        const int ready = ::poll(waits.data(), static_cast<nfds_t>(waits.size()), poll_time(time));
        if (waits[0].revents != 0 || (ready < 0 && errno != EINTR)) {
            return true;
        }
        constexpr int next_pause_ms = 1'000;
        if (ready == 0 && std::exchange(time, events_.pauses_again ? next_pause_ms : -1) >= 0 && events_.on_pause) {
            events_.on_pause();
        }
    }
    return wait_for_writer();
}

/// After a stop: whether the writer has still written something, in time.
bool input_file::wait_for_writer() {
    using std::chrono::steady_clock;
    if (is_terminal_) {
        return false;
    }
    if (!stops_at_) {
        stops_at_ = steady_clock::now() + stop_time;
    }
    while (true) {
        const auto remaining =
            std::chrono::duration_cast<std::chrono::milliseconds>(*stops_at_ - steady_clock::now()).count();
        pollfd wait{descriptor_, POLLIN, 0};
        const int ready = remaining > 0 ? ::poll(&wait, 1, static_cast<int>(remaining)) : 0;
        if (ready >= 0 || errno != EINTR) {
            return ready > 0;
        }
    }
}

std::size_t input_file::read(std::span<std::byte> piece) {
    if (events_.before_reading) {
        events_.before_reading();
    }
    while (error_ == 0 && !was_stopped_) {
        if (!wait()) {
            was_stopped_ = true;
            break;
        }
        const ssize_t count = ::read(descriptor_, piece.data(), piece.size());
        if (count >= 0) {
            if (events_.on_read) {
                events_.on_read(static_cast<std::size_t>(count));
            }
            return static_cast<std::size_t>(count);
        }
        if (errno != EINTR) {
            error_ = errno;
        }
    }
    return 0;
}

bool read_files(const std::vector<std::string>& files, output& out, const input_stop* stop,
                const std::function<void(std::string_view)>& report,
                const std::function<std::string(std::size_t, const std::string&)>& read) {
    const std::vector<std::string> paths = files.empty() ? std::vector<std::string>{"-"} : files;
    bool all_read = true;
    const auto tell = [&](const std::string& problem) {
        all_read = false;
        out.flush();  // so that the message follows the output before it
        report(problem);
    };
    for (std::size_t index = 0; index < paths.size() && out.error() == 0; ++index) {
        if (index != 0 && stop != nullptr && stop->is_requested()) {
            tell("stopped before " + shown_path(paths[index]));
            break;
        }
        if (const std::string problem = read(index, paths[index]); !problem.empty()) {
            tell(problem);
        }
    }
    return all_read;
}

}  // namespace chatos::dump
