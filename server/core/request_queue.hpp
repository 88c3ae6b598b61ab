// The requests of one client that are not fully answered, oldest first (FLOW-1). Knows neither recipients nor how
// answers are sent.
#pragma once

#include "core/ring.hpp"

#include <chatos/packet.hpp>

#include <cstdint>
#include <optional>

namespace chatos::core {

/// An accepted request. It is settled once it waits for no delivery.
struct request {
    std::uint32_t waiting{0};          ///< deliveries that are not settled
    error_code worst{error_code::ok};  ///< ALL-5: the highest code so far; for one recipient, its code (PM-4)
    bool offers_connection{false};     ///< a PC that reached its peer: ERROR 0 first, then the decision (PC-1, PC-3)
    bool first_answer_sent{false};     ///< of such a PC
};

class request_queue {
public:
    /// The number of the next request. Numbers increase by one and wrap around.
    [[nodiscard]] std::uint32_t next_number() const noexcept { return first_number_ + requests_.size(); }

    /// Appends a request; its number was next_number().
    void push(const request& request);

    /// The request `number`, or null when it was abandoned. Valid until the queue changes.
    [[nodiscard]] request* find(std::uint32_t number) noexcept;

    [[nodiscard]] bool contains(std::uint32_t number) const noexcept {
        return number - first_number_ < requests_.size();
    }

    /// Takes an answer that is now due, if any: that of the oldest request when it is settled, or the first answer of a
    /// PC. Tells whether it was the last answer to the request.
    struct due_answer {
        error_code code{error_code::ok};
        bool last{true};
    };
    [[nodiscard]] std::optional<due_answer> take_due();

    /// Forgets all requests and returns how many there were. Deliveries made for them no longer find them (ERR-2).
    std::uint32_t abandon() noexcept;

    /// The request at `position` after the oldest.
    [[nodiscard]] const request& operator[](std::uint32_t position) const noexcept { return requests_[position]; }
    [[nodiscard]] std::uint32_t size() const noexcept { return requests_.size(); }
    [[nodiscard]] bool empty() const noexcept { return requests_.empty(); }
    /// Outstanding answers: one for each request, two for a PC that waits for both.
    [[nodiscard]] std::uint32_t answers_coming() const noexcept { return requests_.size() + first_answers_coming_; }

private:
    ring<request> requests_;
    std::uint32_t first_number_{0};
    std::uint32_t first_answers_coming_{0};
};

}  // namespace chatos::core
