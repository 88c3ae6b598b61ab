#include "net/waker.hpp"

#include <cerrno>
#include <cstdint>
#include <sys/eventfd.h>
#include <system_error>

namespace chatos::net {

waker::waker() : event_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {
    if (!event_.is_open()) {
        throw std::system_error{errno, std::generic_category(), "eventfd"};
    }
}

void waker::wake(int number) noexcept {
    const int errno_before = errno;  // a signal handler must preserve errno
    constexpr std::uint64_t increment = 1;
    static_cast<void>(::write(number, &increment, sizeof increment));  // fails only after 2^64 calls
    errno = errno_before;
}

void waker::clear() const noexcept {
    std::uint64_t times = 0;
    static_cast<void>(::read(event_.get(), &times, sizeof times));
}

}  // namespace chatos::net
