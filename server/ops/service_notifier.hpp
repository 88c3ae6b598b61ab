// Notifications to systemd about this service: one datagram to the socket in $NOTIFY_SOCKET (sd_notify(3)), without its
// library.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace chatos::ops {

/// Does nothing when the socket's name is empty.
class service_notifier {
public:
    /// `socket_name` as in $NOTIFY_SOCKET: a path, or @ and a name in the abstract namespace.
    explicit service_notifier(std::string_view socket_name) : socket_name_{socket_name} {}

    /// Lines of NAME=value ("READY=1\nSTATUS=..."). False when the notification could not be sent; that is no
    /// reason to stop. Never blocks.
    bool notify(std::string_view state) const;

private:
    std::string socket_name_;
};

/// How often the service manager wants to hear WATCHDOG=1: half of $WATCHDOG_USEC, as sd_watchdog_enabled(3) advises.
/// 0: not at all, also when $WATCHDOG_PID is another process. Null: the variable is not set.
[[nodiscard]] std::chrono::microseconds watchdog_interval(const char* usec, const char* pid, std::int64_t own_pid);

}  // namespace chatos::ops
