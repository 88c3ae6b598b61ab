// Messages to all that have not reached every recipient yet, oldest first. Their recipients are the users registered
// when the SMA was processed (ALL-8); each user knows the number of the next one that it has not received. So a message
// to thousands of users is delivered in bounded pieces, and nothing later overtakes it.
#pragma once

#include "core/connection_id.hpp"
#include "core/ensure.hpp"
#include "core/frame.hpp"
#include "core/ring.hpp"

#include <cstdint>
#include <utility>

namespace chatos::core {

struct broadcast {
    frame packet{};
    connection_id sender{};
    std::uint32_t request_number{0};
    std::uint32_t remaining{0};  ///< users for whom it is still to come; the sender, who is skipped, counts too
};

class broadcast_log {
public:
    /// Bounds what one user can lack: it gets all of it before any other delivery.
    static constexpr std::uint32_t broadcasts_max = 16;

    [[nodiscard]] bool has_room() const noexcept { return entries_.size() < broadcasts_max; }
    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

    /// Numbers increase by one and wrap around.
    [[nodiscard]] std::uint32_t first() const noexcept { return first_; }
    [[nodiscard]] std::uint32_t end() const noexcept { return first_ + entries_.size(); }

    /// Only while has_room() (asserted).
    void push(broadcast message) {
        ensure(has_room() && message.remaining != 0);
        entries_.push_back(std::move(message));
    }
    /// From first() to end() (asserted). Valid until the log changes.
    [[nodiscard]] broadcast& operator[](std::uint32_t number) noexcept { return entries_[number - first_]; }
    [[nodiscard]] const broadcast& operator[](std::uint32_t number) const noexcept { return entries_[number - first_]; }

    /// One user more has received this message, or is gone. Messages that everybody has are removed from the front.
    void count_recipient(broadcast& message) {
        if (--message.remaining == 0) {
            remove_complete();
        }
    }

private:
    void remove_complete() {
        while (!entries_.empty() && entries_.front().remaining == 0) {
            static_cast<void>(entries_.pop_front());
            ++first_;
        }
    }

    ring<broadcast> entries_;
    std::uint32_t first_{0};
};

}  // namespace chatos::core
