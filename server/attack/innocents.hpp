// The innocent side of an attack: pairs of users who write to each other and measure how long their round trips take,
// on a thread of their own with raised priority, because attackers and server compete for the same processors.
#pragma once

#include "base/histogram.hpp"
#include "base/system/descriptor.hpp"
#include "base/system/socket_address.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace chatos::attack {

struct innocent_figures {
    base::histogram round_trips{};  ///< of answered messages, in ns
    std::uint64_t answered_ok{0};
    std::uint64_t answered_unreachable{0};  ///< 4
    std::uint64_t answered_otherwise{0};
    std::uint64_t wrong{0};   ///< messages that came twice, altered, or not at all in spite of an ERROR 0
    std::uint64_t closed{0};  ///< pairs of which the server has closed a connection; they stay closed
    std::chrono::nanoseconds longest_wait{0};  ///< of an answer, those that still wait included

    [[nodiscard]] std::uint64_t answered() const noexcept {
        return answered_ok + answered_unreachable + answered_otherwise;
    }
    [[nodiscard]] std::chrono::nanoseconds at_per_mille(std::uint32_t per_mille) const noexcept {
        return std::chrono::nanoseconds{static_cast<std::int64_t>(round_trips.at_per_mille(per_mille))};
    }
};

/// Where the system allows it: what a thread measures must not wait for a processor. It must rarely be busy.
void raise_priority_of_thread();

class innocents {
public:
    /// Registers the pairs and starts; throws std::runtime_error when they do not get in. They come from `source`
    /// unless its size is 0.
    innocents(const base::socket_address& target, std::size_t pairs, const base::socket_address& source = {});
    innocents(const innocents&) = delete;
    innocents& operator=(const innocents&) = delete;
    ~innocents();

    /// Forgets the figures, but for what is closed or wrong.
    void begin();
    [[nodiscard]] innocent_figures figures() const;
    /// Sends nothing more, and returns when the last answers have come, or after `timeout`.
    void stop(std::chrono::milliseconds timeout);
    [[nodiscard]] std::size_t connections() const noexcept { return 2 * pairs_.size(); }

private:
    using time_point = std::chrono::steady_clock::time_point;

    struct user_state {
        std::string pseudo{};
        base::descriptor socket{};
        std::string unfinished{};
    };
    struct pair_state {
        user_state sender{};
        user_state recipient{};
        bool waits{false};
        bool closed{false};
        time_point sent_at{};
        time_point next_at{};
        std::uint64_t sent{0};       ///< the number of the last message, which is its text
        std::uint64_t delivered{0};  ///< the number of the last one that came
    };

    void run();
    void send_due(time_point now);
    void send(pair_state& pair, user_state& from, std::string_view bytes);
    void take(pair_state& pair, user_state& at);
    void note_message(pair_state& pair, const user_state& at, std::string_view from, std::string_view message);
    void note_answer(pair_state& pair, std::uint8_t code);
    void close(pair_state& pair);
    [[nodiscard]] int milliseconds_to_next(time_point now) const;

    std::vector<pair_state> pairs_;
    mutable std::mutex lock_;  // of everything below and of the pairs
    innocent_figures figures_{};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace chatos::attack
