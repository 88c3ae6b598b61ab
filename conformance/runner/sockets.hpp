// The sockets under an execution: does what it asks for and tells it what happened. POSIX, one thread, poll().
#pragma once

#include "runner/endpoint.hpp"
#include "runner/execution.hpp"

#include <functional>
#include <string>
#include <sys/socket.h>
#include <variant>
#include <vector>

namespace chatos::conformance {

/// A file descriptor that is closed when its owner goes.
class descriptor {
public:
    descriptor() noexcept = default;
    explicit descriptor(int number) noexcept : number_{number} {}
    descriptor(descriptor&& other) noexcept : number_{other.release()} {}
    descriptor& operator=(descriptor&& other) noexcept;
    ~descriptor() { reset(); }

    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
    [[nodiscard]] int release() noexcept;
    void reset() noexcept;

private:
    int number_{-1};
};

/// An address ready for connect().
struct socket_address {
    sockaddr_storage storage{};
    socklen_t size{0};
};

/// Looks a host up; a sentence that says why it cannot be found otherwise.
[[nodiscard]] std::variant<socket_address, std::string> resolve(const endpoint& where);

/// True when somebody accepts a TCP connection there within the time.
[[nodiscard]] bool accepts_connections(const socket_address& where, std::chrono::milliseconds time);

/// Runs the execution to its end over real connections to `where`.
void run_over_tcp(execution& run, const socket_address& where);

/// Registers somebody there and waits for any answer: is anybody at home? Gives up after `time`.
[[nodiscard]] bool answers_anything(const socket_address& where, const std::string& pseudo,
                                    std::chrono::milliseconds time);

}  // namespace chatos::conformance
