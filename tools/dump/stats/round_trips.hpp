// Matches answers to requests and measures the time between: requests of clients, and deliveries of the server (FLOW-1,
// FLOW-2).
#pragma once

#include "base/histogram.hpp"
#include "dump/capture/captured_frame.hpp"
#include "dump/record/record.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace chatos::dump {

/// A packet that demands an answer, and its answer.
enum class exchange_kind : std::uint8_t {
    cr,
    rpm,
    spm,
    sma,
    pc,             ///< its first answer: whether the peer was reached
    pc_decision,    ///< its second one, counted from the PC
    delivered_spm,  ///< by the server; the client answers
    delivered_pc,
};

inline constexpr std::size_t exchange_kind_count = static_cast<std::size_t>(exchange_kind::delivered_pc) + 1;

/// As tables and JSON name it.
[[nodiscard]] std::string_view exchange_name(exchange_kind kind) noexcept;

/// opened = answered + unanswered + unknown, once everything has ended.
struct exchange_account {
    std::uint64_t opened{0};
    std::uint64_t answered{0};
    std::uint64_t unanswered{0};  ///< the stream ended first
    std::uint64_t unknown{0};     ///< bytes that are missing, or a bound of memory, hide the answer
    base::histogram times;        ///< of those answered, where frames have times
};

/// Attributes each ERROR to the oldest thing that its sender has not answered. Where bytes of a stream are missing, or
/// its start, everything open there becomes unknown, and attribution restarts with the next request: exact for clients
/// that wait for each answer, possibly off by one for others until they do.
class round_trips {
public:
    static constexpr std::size_t streams_max = 8'192;
    static constexpr std::size_t open_max = 262'144;  ///< exchanges of all streams together

    /// `is_shown`: the exchange that the packet opens is counted.
    void take(const packet_record& record, bool is_shown);
    /// Bytes of the stream are missing, or cannot be decoded.
    void mark_uncertain(std::uint32_t stream);
    /// Everything has ended.
    void finish();

    [[nodiscard]] const exchange_account& of(exchange_kind kind) const noexcept {
        return accounts_[static_cast<std::size_t>(kind)];
    }
    /// Answers in this direction without a request.
    [[nodiscard]] std::uint64_t unasked(stream_direction direction) const noexcept {
        return unasked_[static_cast<std::size_t>(direction)];
    }
    /// Streams that mark_uncertain() was called for.
    [[nodiscard]] std::uint64_t uncertain_streams() const noexcept { return uncertain_streams_; }

private:
    struct open_exchange {
        exchange_kind kind{exchange_kind::cr};
        bool is_shown{true};
        bool opens_tunnel{false};
        capture_time opened_at{};
    };
    struct early_answer {
        error_code code{error_code::ok};
        capture_time time{};
    };
    /// What one side has asked and the other one answers, the oldest first.
    struct open_queue {
        std::vector<open_exchange> entries;
        std::size_t first{0};
        std::vector<early_answer> early;  ///< answers that were decoded before what they answer

        [[nodiscard]] std::size_t size() const noexcept { return entries.size() - first; }
        void drop_front();
    };
    struct stream_state {
        std::uint32_t stream{0};
        bool has_logged_in{false};
        bool is_uncertain{false};
        std::array<open_queue, 2> queues;  ///< by the direction of the answers
    };
    using state_list = std::list<stream_state>;  // the one that was silent for the longest time first

    stream_state& state_of(std::uint32_t stream);
    void open(stream_state& state, exchange_kind kind, const packet_record& record, bool is_shown);
    void answer(open_queue& queue, stream_direction direction, error_code code, const capture_time& time);
    void settle(const open_exchange& exchange, const capture_time& time);
    void give_up(stream_state& state, std::uint64_t exchange_account::*as);
    exchange_account& account(exchange_kind kind) noexcept { return accounts_[static_cast<std::size_t>(kind)]; }

    std::array<exchange_account, exchange_kind_count> accounts_;
    std::array<std::uint64_t, 2> unasked_{};
    std::uint64_t uncertain_streams_{0};
    std::size_t open_{0};
    state_list states_;
    std::unordered_map<std::uint32_t, state_list::iterator> index_;
};

}  // namespace chatos::dump
