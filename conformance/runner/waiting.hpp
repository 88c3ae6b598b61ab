// How long the suite waits for an implementation that does not answer: long for one that has answered so
// far, ever shorter for one that never says anything, so that a mute server is judged in bounded time.
#pragma once

#include "runner/execution.hpp"

#include <algorithm>
#include <chrono>

namespace chatos::conformance {

class waiting_budget {
public:
    explicit waiting_budget(double time_factor) noexcept : factor_{time_factor} {}

    [[nodiscard]] timeouts now() const noexcept {
        timeouts times;
        times.answer = scaled(answer());
        times.start = scaled(mute_in_a_row_ == 0 ? std::chrono::milliseconds{15'000} : answer());
        times.closing = scaled(slow_closings_ < 3 ? std::chrono::milliseconds{500} : std::chrono::milliseconds{50});
        times.scenario = scaled(std::chrono::milliseconds{60'000});
        times.time_factor = factor_;
        return times;
    }

    /// After each scenario.
    void learn(const outcome& result) noexcept {
        mute_in_a_row_ = result.peer_spoke ? 0 : mute_in_a_row_ + 1;
        slow_closings_ += result.ended_without_close ? 1 : 0;
        if (result.failure && result.failure->by_silence) {
            silent_ += answer();
        }
    }

    /// Has sent nothing for some scenarios: starting it again changes nothing.
    [[nodiscard]] bool is_mute() const noexcept { return mute_in_a_row_ >= 4; }
    /// So much silence that waits are cut short from here on.
    [[nodiscard]] bool is_exhausted() const noexcept { return silent_ > std::chrono::milliseconds{20'000}; }

private:
    [[nodiscard]] std::chrono::milliseconds answer() const noexcept {
        std::chrono::milliseconds time{is_exhausted() ? 250 : 2'000};
        for (unsigned time_mute = 0; time_mute < std::min(mute_in_a_row_, 4U); ++time_mute) {
            time = std::max(time / 2, std::chrono::milliseconds{200});
        }
        return time;
    }
    [[nodiscard]] std::chrono::milliseconds scaled(std::chrono::milliseconds time) const noexcept {
        return std::chrono::duration_cast<std::chrono::milliseconds>(time * factor_);
    }

    double factor_;
    unsigned mute_in_a_row_{0};
    unsigned slow_closings_{0};
    std::chrono::milliseconds silent_{0};  // before the time factor
};

}  // namespace chatos::conformance
