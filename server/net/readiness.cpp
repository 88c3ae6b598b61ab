#include "net/readiness.hpp"

#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace chatos::net {

readiness::readiness() : epoll_{::epoll_create1(EPOLL_CLOEXEC)}, events_(events_max) {
    if (epoll_ < 0) {
        throw std::system_error{errno, std::generic_category(), "epoll_create1"};
    }
    ready_.reserve(events_max);
}

readiness::~readiness() {
    ::close(epoll_);
}

bool readiness::watch(int socket, std::uint64_t key, interest had, interest wanted) noexcept {
    if (had == wanted) {
        return true;
    }
    epoll_event event{};
    event.events = (wanted.input ? EPOLLIN : 0U) | (wanted.room ? EPOLLOUT : 0U);
    event.data.u64 = key;
    const int operation = !had.any() ? EPOLL_CTL_ADD : wanted.any() ? EPOLL_CTL_MOD : EPOLL_CTL_DEL;
    return ::epoll_ctl(epoll_, operation, socket, &event) == 0;
}

std::span<const readiness::ready_socket> readiness::take_ready() noexcept {
    ready_.clear();
    const int count = ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), 0);
    for (int index = 0; index < count; ++index) {
        const epoll_event& event = events_[static_cast<std::size_t>(index)];
        const bool broken = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
        ready_.push_back({.key = event.data.u64,
                          .input = broken || (event.events & EPOLLIN) != 0,
                          .room = broken || (event.events & EPOLLOUT) != 0});
    }
    return ready_;
}

}  // namespace chatos::net
