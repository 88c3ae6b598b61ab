// The messages of one sender that are in flight: when each was sent, and how many recipients it has still to reach.
// Every recipient gets the messages of one sender in the order in which they were sent, so counting is enough.
#pragma once

#include <cstdint>
#include <vector>

namespace chatos::bench {

class window {
public:
    /// Room for `in_flight` messages (at least 1) with `recipients` each.
    window(std::uint32_t in_flight, std::uint32_t recipients) : slots_(in_flight), recipients_{recipients} {}

    /// Messages that may be sent now.
    [[nodiscard]] std::uint32_t room() const noexcept {
        return static_cast<std::uint32_t>(slots_.size() - (sent_ - done_));
    }
    /// The next `count` messages, at most room(), leave now.
    void send(std::uint32_t count, std::uint64_t now_ns) noexcept;
    /// A recipient has got its message number `number` of this sender, counted from 0. False: none such is in flight,
    /// or all its recipients had it.
    [[nodiscard]] bool arrive(std::uint64_t number) noexcept;
    /// True when something is in flight and the oldest of it has reached all its recipients.
    [[nodiscard]] bool oldest_has_arrived() const noexcept {
        return sent_ != done_ && slots_[done_ % slots_.size()].missing == 0;
    }
    /// The oldest message is done; gives the time when it was sent. Something must be in flight.
    std::uint64_t finish_oldest() noexcept { return slots_[done_++ % slots_.size()].sent_ns; }

private:
    struct slot {
        std::uint64_t sent_ns{0};
        std::uint32_t missing{0};
    };

    std::vector<slot> slots_;
    std::uint64_t sent_{0};
    std::uint64_t done_{0};
    std::uint32_t recipients_;
};

}  // namespace chatos::bench
