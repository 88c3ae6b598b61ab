// A rate limit: so many events per second, and one second's worth at once.
#pragma once

#include "core/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace chatos::core {

/// Holds as many tokens as come in a second, and is full at first. One point in time describes it: when it is full
/// again. The rate may change at any time; 0 means no limit.
class token_bucket {
public:
    /// Takes a token at `now`. False, and nothing changes, when there is none.
    [[nodiscard]] bool take(time_point now, std::uint32_t per_second) noexcept {
        if (per_second == 0) {
            return true;
        }
        if (available_at(per_second) > now) {
            return false;
        }
        full_at_ = std::max(full_at_, now) + interval(per_second);
        return true;
    }

    /// From when on take() succeeds; always for a rate of 0.
    [[nodiscard]] time_point available_at(std::uint32_t per_second) const noexcept {
        return per_second == 0 ? time_point::min() : full_at_ - (second - interval(per_second));
    }

    /// Nothing is lost when a bucket that is full by now is forgotten.
    [[nodiscard]] time_point full_at() const noexcept { return full_at_; }

private:
    static constexpr duration second = std::chrono::seconds{1};

    static constexpr duration interval(std::uint32_t per_second) noexcept { return second / per_second; }

    time_point full_at_{};
};

}  // namespace chatos::core
