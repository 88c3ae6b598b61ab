#include "ops/log_writer.hpp"

#include "base/system/error_text.hpp"

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace chatos::ops {

namespace {

constexpr auto stop_timeout = std::chrono::milliseconds{500};
constexpr int look_again_ms = 50;
constexpr std::size_t line_overhead_bytes = 64;  // of a queued line, beyond its text

int open_file(const std::string& path) {
    constexpr int mode = 0640;
    // Without O_NONBLOCK a named pipe without a reader would block here.
    return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, mode);
}

}  // namespace

struct log_writer::shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::string> lines;
    std::size_t queued_bytes{0};
    std::size_t queue_bytes_max{0};
    std::uint64_t unreported{0};  // dropped lines that no line has reported yet
    counts all;
    bool reopen{false};
    bool stopping{false};
    bool done{false};

    // The thread's own.
    std::string path;
    int file{-1};
    int open_fault{0};
    bool torn{false};  // the last line was cut short

    ~shared() {
        if (!path.empty() && file >= 0) {
            ::close(file);
        }
    }

    void run();
    bool put(std::string_view text);
    void reopen_file();
};

// Waits in poll(), not in write(): a descriptor that is shared with others must not be made non-blocking, and what
// poll() says has room takes a line of this size at once.
bool log_writer::shared::put(std::string_view text) {
    while (!text.empty()) {
        ::pollfd room{.fd = file, .events = POLLOUT, .revents = 0};
        const int ready = ::poll(&room, 1, look_again_ms);
        if (ready == 0 || (ready < 0 && errno == EINTR)) {
            const std::lock_guard lock{mutex};
            if (stopping) {
                return false;
            }
            continue;
        }
        const ::ssize_t count = ::write(file, text.data(), text.size());
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (count <= 0) {
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(count));
        torn = !text.empty();
    }
    return true;
}

void log_writer::shared::reopen_file() {
    const int fresh = path.empty() ? -1 : open_file(path);
    if (fresh >= 0) {
        ::close(std::exchange(file, fresh));
        torn = false;
    }
}

void log_writer::shared::run() {
    std::unique_lock lock{mutex};
    for (;;) {
        changed.wait(lock, [this] { return stopping || reopen || !lines.empty(); });
        const bool again = std::exchange(reopen, false);
        if (lines.empty() && !again) {
            break;
        }
        std::string line;
        if (!lines.empty()) {
            line = (torn ? "\n" : "") + std::move(lines.front());
            lines.pop_front();
        }
        const std::uint64_t missing = line.empty() ? 0 : std::exchange(unreported, 0);
        lock.unlock();
        if (again) {
            reopen_file();
        }
        const std::size_t size = line.size();
        bool written = true;
        if (size != 0) {
            line += missing != 0 ? " dropped=" + std::to_string(missing) + "\n" : "\n";
            written = put(line);
        }
        lock.lock();
        if (size != 0) {
            queued_bytes -= size + line_overhead_bytes;
            all.written += written ? 1U : 0U;
            all.dropped += written ? 0U : 1U;
            unreported += written ? 0U : missing + 1;
        }
    }
    done = true;
    changed.notify_all();
}

log_writer::log_writer(std::string path, int descriptor, std::size_t queue_bytes_max)
    : shared_{std::make_shared<shared>()} {
    shared_->queue_bytes_max = queue_bytes_max;
    shared_->file = path.empty() ? descriptor : open_file(path);
    shared_->open_fault = shared_->file >= 0 ? 0 : errno;
    shared_->path = std::move(path);
    if (shared_->file >= 0) {
        thread_ = std::thread{[state = shared_] { state->run(); }};
    }
}

log_writer::~log_writer() {
    if (!thread_.joinable()) {
        return;
    }
    std::unique_lock lock{shared_->mutex};
    shared_->stopping = true;
    shared_->changed.notify_all();
    const bool done = shared_->changed.wait_for(lock, stop_timeout, [this] { return shared_->done; });
    lock.unlock();
    if (done) {
        thread_.join();
    } else {
        thread_.detach();
    }
}

std::string log_writer::fault() const {
    return thread_.joinable() ? std::string{} : base::error_text(shared_->open_fault);
}

void log_writer::write(std::string line) {
    const std::lock_guard lock{shared_->mutex};
    if (shared_->queued_bytes + line.size() + line_overhead_bytes > shared_->queue_bytes_max) {
        ++shared_->all.dropped;
        ++shared_->unreported;
        return;
    }
    shared_->queued_bytes += line.size() + line_overhead_bytes;
    shared_->lines.push_back(std::move(line));
    shared_->changed.notify_all();
}

void log_writer::reopen() {
    const std::lock_guard lock{shared_->mutex};
    shared_->reopen = true;
    shared_->changed.notify_all();
}

log_writer::counts log_writer::count() const {
    const std::lock_guard lock{shared_->mutex};
    return shared_->all;
}

}  // namespace chatos::ops
