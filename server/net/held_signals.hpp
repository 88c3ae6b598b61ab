// SIGINT, SIGTERM and SIGHUP as something that a loop takes when it has time, instead of the end of the process.
#pragma once

#include <csignal>

namespace chatos::net {

/// One at a time in a process (asserted), since signals are the process's.
class held_signals {
public:
    /// From now on, and until it goes, these signals are counted, and ring the wake_up with this number.
    explicit held_signals(int wake_up_number);
    held_signals(const held_signals&) = delete;
    held_signals& operator=(const held_signals&) = delete;
    ~held_signals();

    struct arrived {
        unsigned stops{0};    ///< SIGINT and SIGTERM
        unsigned reopens{0};  ///< SIGHUP
    };
    /// Those that came since the last call.
    [[nodiscard]] static arrived take() noexcept;

private:
    struct sigaction interrupt_before_ {};
    struct sigaction terminate_before_ {};
    struct sigaction hang_up_before_ {};
};

}  // namespace chatos::net
