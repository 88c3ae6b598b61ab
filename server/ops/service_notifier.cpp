#include "ops/service_notifier.hpp"

#include "base/system/descriptor.hpp"

#include <charconv>
#include <cstddef>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>

namespace chatos::ops {

bool service_notifier::notify(std::string_view state) const {
    ::sockaddr_un address{};
    if (socket_name_.empty()) {
        return true;
    }
    const bool known = socket_name_.front() == '/' || socket_name_.front() == '@';
    if (!known || socket_name_.size() < 2 || socket_name_.size() >= sizeof address.sun_path) {
        return false;
    }
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, socket_name_.data(), socket_name_.size());
    if (socket_name_.front() == '@') {
        address.sun_path[0] = '\0';
    }
    const base::descriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!socket.is_open()) {
        return false;
    }
    // An abstract name is as long as its address says, so the address ends with it.
    const auto size = static_cast<::socklen_t>(offsetof(::sockaddr_un, sun_path) + socket_name_.size());
    const ::ssize_t sent = ::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL,
                                    reinterpret_cast<const ::sockaddr*>(&address), size);
    return sent == static_cast<::ssize_t>(state.size());
}

std::chrono::microseconds watchdog_interval(const char* usec, const char* pid, std::int64_t own_pid) {
    const auto parse = [](std::string_view text) {
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc{} && end == text.data() + text.size() ? value : 0;
    };
    const bool is_meant = usec != nullptr && (pid == nullptr || parse(pid) == own_pid);
    const std::int64_t value = is_meant ? parse(usec) : 0;
    return std::chrono::microseconds{value > 1 ? value / 2 : 0};
}

}  // namespace chatos::ops
