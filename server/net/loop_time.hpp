// The time that the loop gives to the core: without what the process itself was away (stopped, or starved of its
// processor), and with how far everything that has arrived was read.
#pragma once

#include "core/clock.hpp"

#include <cstddef>
#include <optional>

namespace chatos::net {

class loop_time {
public:
    /// A gap longer than the loop meant to wait by this much is an absence. It counts for nobody's time limit.
    static constexpr auto absence_min = std::chrono::milliseconds{250};
    /// While a time limit runs, no wait is longer: the loop cannot tell an absence from a wait.
    static constexpr auto wait_max = std::chrono::milliseconds{250};

    explicit loop_time(core::time_point clock) : clock_{clock}, began_{clock}, read_until_{clock} {}

    [[nodiscard]] core::time_point now() const noexcept { return clock_ - away_; }

    /// All that arrived before this moment was reported by the poller.
    [[nodiscard]] core::time_point read_until() const noexcept { return read_until_; }

    /// The clock at any moment at which the loop was not waiting.
    void update(core::time_point clock) noexcept { take(clock, core::duration::zero()); }

    /// The loop is about to wait for at most `planned`; empty: until something happens. Call update() before.
    void begin_wait(std::optional<core::duration> planned) noexcept {
        planned_ = planned;
        asked_at_ = now();
    }
    /// The wait is over. The poller reported `ready` of `watched` sockets, and more may be ready if it is `full`. It
    /// reports each ready socket once before it reports one again.
    void end_wait(core::time_point clock, std::size_t ready, std::size_t watched, bool full) noexcept;

    /// The absences of the process until now.
    [[nodiscard]] core::duration away() const noexcept { return away_; }

private:
    void take(core::time_point clock, core::duration planned) noexcept;

    core::time_point clock_;
    core::duration away_{};
    std::optional<core::duration> planned_;
    core::time_point asked_at_{};
    core::time_point began_;     // of the round in which the poller reports every socket that was ready then
    std::size_t round_left_{0};  // sockets that it may still report in this round; 0: the next wait begins one
    core::time_point read_until_;
};

}  // namespace chatos::net
