#include "net/loop_time.hpp"

#include <algorithm>

namespace chatos::net {

void loop_time::take(core::time_point clock, core::duration planned) noexcept {
    const core::duration unplanned = clock - clock_ - planned;
    if (unplanned >= absence_min) {
        away_ += unplanned;
    }
    clock_ = std::max(clock_, clock);
}

void loop_time::end_wait(core::time_point clock, std::size_t ready, std::size_t watched, bool full) noexcept {
    take(clock, planned_ ? *planned_ : std::max(clock - clock_, core::duration::zero()));
    if (!full) {
        round_left_ = 0;
        read_until_ = asked_at_;
        return;
    }
    if (round_left_ == 0) {
        began_ = asked_at_;
        round_left_ = watched;
    }
    round_left_ -= std::min(round_left_, ready);
    if (round_left_ == 0) {
        read_until_ = began_;
    }
}

}  // namespace chatos::net
