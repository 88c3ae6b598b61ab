#include "dump/input/input_stop.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <sys/eventfd.h>
#include <unistd.h>

namespace chatos::dump {

namespace {

constexpr std::array stop_signals{SIGINT, SIGTERM};

std::atomic<int> wake_descriptor{-1};
std::atomic<std::int64_t> first_signal_ms{0};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);

std::int64_t milliseconds_now() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000 + now.tv_nsec / 1'000'000 + 1;  // never 0
}

/// Some programs (timeout) send a signal twice at once: that is one request.
void request_stop(int signal) {
    constexpr std::int64_t repetition_ms_max = 1'000;
    const int saved_error = errno;
    const std::int64_t now = milliseconds_now();
    std::int64_t first = 0;
    if (first_signal_ms.compare_exchange_strong(first, now)) {
        const std::uint64_t increment = 1;
        // Can only fail when it is signaled already.
        [[maybe_unused]] const ssize_t written = ::write(wake_descriptor.load(), &increment, sizeof increment);
    } else if (now - first > repetition_ms_max) {
        std::signal(signal, SIG_DFL);
        ::raise(signal);
    }
    errno = saved_error;
}

}  // namespace

input_stop::input_stop() : wake_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
    first_signal_ms.store(0);
    wake_descriptor.store(wake_);
    struct sigaction action {};
    action.sa_handler = request_stop;  // without SA_RESTART, so that opening a pipe that nobody writes ends as well
    ::sigemptyset(&action.sa_mask);
    for (const int signal : stop_signals) {
        ::sigaction(signal, &action, nullptr);
    }
}

input_stop::~input_stop() {
    for (const int signal : stop_signals) {
        std::signal(signal, SIG_DFL);
    }
    wake_descriptor.store(-1);
    ::close(wake_);
}

bool input_stop::is_requested() const noexcept {
    return first_signal_ms.load(std::memory_order_relaxed) != 0;
}

}  // namespace chatos::dump
