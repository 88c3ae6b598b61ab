// Collects SIGINT, SIGTERM and SIGHUP for the loop instead of ending the process.
#pragma once

#include <csignal>

namespace chatos::net {

/// At most one in a process (asserted), since signals are process-wide.
class signal_queue {
public:
    /// From now on, and until it goes, these signals are counted, and ring the wake_up with this number.
    explicit signal_queue(int waker_descriptor);
    signal_queue(const signal_queue&) = delete;
    signal_queue& operator=(const signal_queue&) = delete;
    ~signal_queue();

    struct arrived {
        unsigned stops{0};    ///< SIGINT and SIGTERM
        unsigned reopens{0};  ///< SIGHUP
    };
    /// The signals since the last call.
    [[nodiscard]] static arrived take() noexcept;

private:
    struct sigaction interrupt_before_ {};
    struct sigaction terminate_before_ {};
    struct sigaction hang_up_before_ {};
};

}  // namespace chatos::net
