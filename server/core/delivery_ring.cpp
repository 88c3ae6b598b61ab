#include "core/delivery_ring.hpp"

#include <algorithm>

namespace chatos::core {

delivery_ring::attribution delivery_ring::take_answered(time_point now) {
    using kind = attribution::kind;
    if (deliveries_.empty()) {
        return {.to = kind::nothing};  // FLOW-3
    }
    const delivery oldest = deliveries_.pop_front();
    if (timed_out_ != 0) {
        --timed_out_;
        return {.to = kind::late};  // FLOW-4: the late answer only frees its entry
    }
    stop_waiting(oldest);
    oldest_since_ = now;
    return {.to = kind::waiting, .answered = oldest};
}

// FLOW-7: the limit runs from when a delivery becomes the oldest waiting one, but ends at most one PC limit plus one
// answer limit (the longer one) after it was sent. That is the same time for all deliveries, and they are sent in
// order, so the oldest always expires first.
std::optional<time_point> delivery_ring::deadline(const options& bounds) const noexcept {
    if (waiting() == 0) {
        return std::nullopt;
    }
    const delivery& oldest = deliveries_[timed_out_];
    const auto limit = oldest.kind == delivery_kind::message            ? bounds.answer_timeout
                       : oldest.kind == delivery_kind::connection_offer ? bounds.pc_timeout
                                                                        : answer_timeout_to_all(bounds);
    const auto longest = std::max(bounds.answer_timeout, answer_timeout_to_all(bounds));
    return std::min(oldest_since_ + limit, oldest.sent + bounds.pc_timeout + longest);
}

delivery delivery_ring::time_out_oldest(time_point when) {
    const delivery oldest = deliveries_[timed_out_];
    ++timed_out_;
    stop_waiting(oldest);
    oldest_since_ = when;
    return oldest;
}

std::optional<delivery> delivery_ring::take_abandoned() {
    for (; timed_out_ != 0; --timed_out_) {
        static_cast<void>(deliveries_.pop_front());
    }
    if (deliveries_.empty()) {
        return std::nullopt;
    }
    const delivery oldest = deliveries_.pop_front();
    stop_waiting(oldest);
    return oldest;
}

}  // namespace chatos::core
