// Which of many sockets are ready: the system's epoll, level-triggered. A socket is registered once and stays so while
// it is read; a reactor that arms each wait anew pays a system call per read for that, a third of all calls in a
// broadcast.
#pragma once

#include "net/descriptor.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <sys/epoll.h>
#include <vector>

namespace chatos::net {

/// What to wait for on a socket.
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

    /// From now on waits on `socket` for what `wanted` says; `had` is what it said last. `key` comes back from wait().
    /// Nothing wanted: the socket is forgotten, and so are its errors. A socket that is closed is forgotten by itself.
    /// False when the system has no memory for it.
    [[nodiscard]] bool watch(int socket, std::uint64_t key, interest had, interest wanted) noexcept;

    /// An error or a hang-up counts as input and as room: the next read or write tells which.
    struct ready_socket {
        std::uint64_t key;
        bool input;
        bool output;
    };
    /// Waits until a socket is ready or `timeout` has passed; forever without one. Returns at least some of those that
    /// are ready, and the others at the next call. A signal ends the wait early. Valid until the next call.
    [[nodiscard]] std::span<const ready_socket> wait(std::optional<std::chrono::nanoseconds> timeout) noexcept;

private:
    static constexpr std::size_t events_max = 256;

    descriptor epoll_;
    std::vector<epoll_event> events_;
    std::vector<ready_socket> ready_;
};

}  // namespace chatos::net
