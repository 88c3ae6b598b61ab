// The deliveries that one user has not answered, oldest first (FLOW-2), with their time limits (FLOW-7). Knows neither
// the sender's request nor the effects of an answer.
#pragma once

#include "core/clock.hpp"
#include "core/connection_id.hpp"
#include "core/options.hpp"
#include "core/ring.hpp"

#include <cstdint>
#include <optional>

namespace chatos::core {

enum class delivery_kind : std::uint8_t {
    message,           ///< the SPM of one user
    connection_offer,  ///< a PC
    message_to_all,    ///< one of the SPMs that an SMA becomes
};

/// An SPM or PC that was sent to a user, and the request that it belongs to.
struct delivery {
    connection_id sender{};
    std::uint32_t request_number{0};
    delivery_kind kind{delivery_kind::message};
    bool follows_offer{false};  ///< FLOW-10: an offer to the same user was undecided when it was sent
    time_point sent{};
};

/// The front of the ring holds deliveries that timed out and whose late answer may still come (FLOW-4); the waiting
/// ones follow. Each leaves the waiting part exactly once.
class delivery_ring {
public:
    /// Sets `delivery.follows_offer`.
    void push(delivery delivery) {
        if (waiting() == 0) {
            oldest_since_ = delivery.sent;
        }
        delivery.follows_offer = connection_offered();
        offers_ += delivery.kind == delivery_kind::connection_offer ? 1U : 0U;
        deliveries_.push_back(delivery);
    }

    /// The delivery that an answer from this user belongs to.
    struct attribution {
        enum class kind : std::uint8_t { nothing, late, waiting } to{kind::nothing};
        delivery answered{};  ///< only when `waiting`
    };
    /// Takes the oldest delivery: an ERROR that arrived at `now` answers it (FLOW-2, FLOW-3, FLOW-4).
    [[nodiscard]] attribution take_answered(time_point now);

    /// When the oldest waiting delivery times out; empty when none waits (FLOW-7).
    [[nodiscard]] std::optional<time_point> deadline(const options& bounds) const noexcept;

    /// Times out the oldest waiting delivery, which must exist, at `when`. It stays in the ring.
    [[nodiscard]] delivery time_out_oldest(time_point when);

    /// Removes the oldest waiting delivery; empty when none is left. For a user that is gone, whose late answers need
    /// no entries any more.
    [[nodiscard]] std::optional<delivery> take_abandoned();

    /// The delivery at `position` after the oldest waiting one.
    [[nodiscard]] const delivery& waiting_at(std::uint32_t position) const noexcept {
        return deliveries_[timed_out_ + position];
    }
    [[nodiscard]] std::uint32_t size() const noexcept { return deliveries_.size(); }
    [[nodiscard]] std::uint32_t waiting() const noexcept { return deliveries_.size() - timed_out_; }
    /// PC-7: a connection offer waits for this user's decision.
    [[nodiscard]] bool connection_offered() const noexcept { return offers_ != 0; }

private:
    void stop_waiting(const delivery& delivery) noexcept {
        offers_ -= delivery.kind == delivery_kind::connection_offer ? 1U : 0U;
    }

    ring<delivery> deliveries_;
    std::uint32_t timed_out_{0};
    std::uint32_t offers_{0};
    time_point oldest_since_{};  // when the oldest waiting delivery became the oldest
};

}  // namespace chatos::core
