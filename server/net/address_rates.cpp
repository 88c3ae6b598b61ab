#include "net/address_rates.hpp"

namespace chatos::net {

bool address_rates::take(const core::origin& from, core::time_point now, std::uint32_t per_second) {
    forget_full(now);
    if (per_second == 0) {
        return true;
    }
    const auto [position, is_new] = buckets_.try_emplace(from);
    const bool taken = position->second.take(now, per_second);
    if (is_new) {
        queue_.push_back({.look_at = position->second.full_at(), .from = from});
        if (buckets_.size() > addresses_max) {
            buckets_.erase(queue_.front().from);
            queue_.pop_front();
        }
    }
    return taken;
}

// The queue is not sorted, but no bucket takes more than a second to be full: what is late is forgotten soon after.
void address_rates::forget_full(core::time_point now) {
    while (!queue_.empty() && queue_.front().look_at <= now) {
        const entry due = queue_.front();
        queue_.pop_front();
        const auto position = buckets_.find(due.from);
        if (position->second.full_at() <= now) {
            buckets_.erase(position);
        } else {
            queue_.push_back({.look_at = position->second.full_at(), .from = due.from});
        }
    }
}

}  // namespace chatos::net
