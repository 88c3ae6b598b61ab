#include "ops/log_writer.hpp"

#include "base/system/error_text.hpp"

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <fcntl.h>
#include <mutex>
#include <new>
#include <poll.h>
#include <string_view>
#include <system_error>
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
    log_format format{log_format::logfmt};
    std::uint64_t unreported{0};  // dropped lines that no line has reported yet
    counts all;
    reopen_report reopen;  // empty: nothing to reopen
    bool stopping{false};
    bool done{false};

    // The thread's own.
    std::string path;
    int file{-1};
    std::string fault;
    bool torn{false};  // the last line was cut short

    ~shared() {
        if (!path.empty() && file >= 0) {
            ::close(file);
        }
    }

    void run();
    bool put(std::string_view text);
    std::string reopen_file(const reopen_report& report);
    bool write_line(std::string_view prefix, std::string_view line, std::uint64_t missing);
    bool enqueue(std::string& line) noexcept;
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

// The line about it goes to the file that is open afterwards.
std::string log_writer::shared::reopen_file(const reopen_report& report) {
    std::string reason;
    if (!path.empty()) {
        const int fresh = open_file(path);
        if (fresh >= 0) {
            ::close(std::exchange(file, fresh));
            torn = false;
        } else {
            reason = base::error_text();
        }
    }
    return report(reason);
}

// False when it was not written as a whole, or there is no memory for it.
bool log_writer::shared::write_line(std::string_view prefix, std::string_view line, std::uint64_t missing) {
    try {
        std::string text{prefix};
        text += line;
        if (missing != 0) {
            add_to_text(text, format, "dropped", missing);
        }
        text += '\n';
        return put(text);
    } catch (const std::bad_alloc&) {
        return false;
    }
}

void log_writer::shared::run() {
    std::unique_lock lock{mutex};
    for (;;) {
        changed.wait(lock, [this] { return stopping || reopen || !lines.empty(); });
        const reopen_report report = std::exchange(reopen, nullptr);
        if (lines.empty() && !report) {
            break;
        }
        std::string line;
        if (!report) {
            line = std::move(lines.front());
            lines.pop_front();
            queued_bytes -= line.size() + line_overhead_bytes;
        }
        const std::uint64_t missing = std::exchange(unreported, 0);
        lock.unlock();
        if (report) {
            try {
                line = reopen_file(report);
            } catch (const std::bad_alloc&) {
                line.clear();  // the file is open, or the old one still is; only the line about it is lost
            }
        }
        const bool written = line.empty() || write_line(torn ? "\n" : "", line, missing);
        const bool reported = written && !line.empty();
        lock.lock();
        all.written += reported ? 1U : 0U;
        all.dropped += written ? 0U : 1U;
        unreported += reported ? 0U : missing + (written ? 0U : 1U);
    }
    done = true;
    changed.notify_all();
}

bool log_writer::shared::enqueue(std::string& line) noexcept {
    if (queued_bytes + line.size() + line_overhead_bytes > queue_bytes_max) {
        return false;
    }
    try {
        const std::size_t size = line.size();
        lines.push_back(std::move(line));
        queued_bytes += size + line_overhead_bytes;
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

log_writer::log_writer(std::string path, int descriptor, std::size_t queue_bytes_max, log_format format)
    : shared_{std::make_shared<shared>()} {
    shared_->queue_bytes_max = queue_bytes_max;
    shared_->format = format;
    shared_->file = path.empty() ? descriptor : open_file(path);
    shared_->fault = shared_->file >= 0 ? "" : base::error_text();
    shared_->path = std::move(path);
    if (!shared_->fault.empty()) {
        return;
    }
    try {
        thread_ = std::thread{[state = shared_] { state->run(); }};
    } catch (const std::system_error& error) {
        shared_->fault = "cannot start a thread: " + base::error_text(error.code().value());
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
    return shared_->fault;
}

void log_writer::write(std::string line) noexcept {
    const std::lock_guard lock{shared_->mutex};
    if (shared_->enqueue(line)) {
        shared_->changed.notify_all();
    } else {
        ++shared_->all.dropped;
        ++shared_->unreported;
    }
}

void log_writer::reopen(reopen_report report) {
    const std::lock_guard lock{shared_->mutex};
    shared_->reopen = std::move(report);
    shared_->changed.notify_all();
}

log_format log_writer::format() const noexcept {
    return shared_->format;  // never changes
}

log_writer::counts log_writer::count() const {
    const std::lock_guard lock{shared_->mutex};
    return shared_->all;
}

}  // namespace chatos::ops
