#include "net/poller.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>

namespace chatos::net {

namespace {

// Rounded up: a loop that wakes before a deadline would spin until it comes.
int milliseconds_of(std::optional<std::chrono::nanoseconds> timeout) {
    if (!timeout) {
        return -1;
    }
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(*timeout).count();
    return static_cast<int>(std::clamp<decltype(rounded)>(rounded, 0, std::numeric_limits<int>::max()));
}

}  // namespace

poller::poller() : epoll_{::epoll_create1(EPOLL_CLOEXEC)}, events_(events_max) {
    if (!epoll_.is_open()) {
        throw std::system_error{errno, std::generic_category(), "epoll_create1"};
    }
    ready_.reserve(events_max);
}

bool poller::watch(int socket, std::uint64_t key, interest had, interest wanted) noexcept {
    if (had == wanted) {
        return true;
    }
    epoll_event event{};
    event.events = (wanted.input ? EPOLLIN : 0U) | (wanted.output ? EPOLLOUT : 0U);
    event.data.u64 = key;
    const int operation = !had.any() ? EPOLL_CTL_ADD : wanted.any() ? EPOLL_CTL_MOD : EPOLL_CTL_DEL;
    return ::epoll_ctl(epoll_.get(), operation, socket, &event) == 0;
}

std::span<const poller::ready_socket> poller::wait(std::optional<std::chrono::nanoseconds> timeout) {
    ready_.clear();
    const int count =
        ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), milliseconds_of(timeout));
    if (count < 0 && errno != EINTR) {
        throw std::system_error{errno, std::generic_category(), "epoll_wait"};
    }
    for (int index = 0; index < count; ++index) {
        const epoll_event& event = events_[static_cast<std::size_t>(index)];
        const bool broken = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
        ready_.push_back({.key = event.data.u64,
                          .input = broken || (event.events & EPOLLIN) != 0,
                          .output = broken || (event.events & EPOLLOUT) != 0});
    }
    return ready_;
}

}  // namespace chatos::net
