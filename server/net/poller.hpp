// Level-triggered epoll. A socket is registered once and stays registered while it is read; a reactor that arms each
// wait again needs one more system call per read, a third of all calls in a broadcast.
#pragma once

#include "base/system/descriptor.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <sys/epoll.h>
#include <vector>

namespace chatos::net {

/// Events to wait for on a socket.
struct interest {
    bool input{false};
    bool output{false};  ///< to write

    friend constexpr bool operator==(const interest&, const interest&) noexcept = default;
    [[nodiscard]] constexpr bool any() const noexcept { return input || output; }
};

class poller {
public:
    /// Throws std::system_error when the system gives no descriptor.
    poller();

    /// Waits on `socket` for `wanted` from now on; `had` is the previous value. wait() returns `key`. With nothing
    /// wanted the socket is removed, and its errors are not reported. Closing a socket removes it. Returns false when
    /// the system has no memory for it.
    [[nodiscard]] bool watch(int socket, std::uint64_t key, interest had, interest wanted) noexcept;

    /// An error or a hang-up counts as readable and writable: the next read or write tells which.
    struct ready_socket {
        std::uint64_t key;
        bool input;
        bool output;
    };
    /// Waits until a socket is ready or `timeout` has passed; forever without a timeout. Returns at least some of the
    /// ready sockets; the next call returns the others. A signal ends the wait early. Valid until the next call. Throws
    /// std::system_error when the system does not wait at all.
    [[nodiscard]] std::span<const ready_socket> wait(std::optional<std::chrono::nanoseconds> timeout);

    /// Ready sockets that one call returns at most.
    static constexpr std::size_t events_max = 256;

private:
    base::descriptor epoll_;
    std::vector<epoll_event> events_;
    std::vector<ready_socket> ready_;
};

}  // namespace chatos::net
