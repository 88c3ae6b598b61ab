// Follows the history of a simulation: who holds which pseudo, which request waits for which answer, who may receive
// what. Judges each packet when it arrives, in constant time. Knows the core's bounds and its notices, but nothing of
// its implementation.
#pragma once

#include "core/notice.hpp"
#include "core/options.hpp"
#include "core/statistics.hpp"
#include "simulation/actor.hpp"

#include <chatos/packet.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::core::simulation {

/// The first difference from what the protocol allows.
struct failure {
    std::string rule;    ///< the same for the same fault, wherever it appears
    std::string detail;  ///< who, what, when
};

/// An SPM, SMA or PC, and what became of it.
struct record {
    std::uint32_t serial{0};
    std::uint32_t order{0};  ///< place among all that were processed when they were handed over; 0: processed later
    opcode kind{opcode::spm};
    bool permission_unknown{false};  ///< the send permission that it needs is unknown
    bool ambiguous{false};           ///< its answers cannot be distinguished from another's
    bool late{false};                ///< some answer may have come too late
    bool finished{false};            ///< its sender has the last answer
    bool reached{false};             ///< a PC that reached its peer
    bool target_held{false};         ///< a user held the recipient's pseudo
    std::uint8_t worst{0};           ///< highest code among its answers
    std::uint16_t sender{0};
    std::uint16_t sender_pseudo{0};
    std::uint16_t target_pseudo{0};
    std::uint16_t target{0};
    std::uint32_t sender_session{0};
    std::uint32_t target_session{0};
    std::uint32_t permitted_session{0};  ///< the session that the sender had asked about under that pseudo
    std::uint32_t length{0};
    std::uint32_t broadcast{0};          ///< number among the SMAs
    std::uint32_t expected{UINT32_MAX};  ///< recipients of an SMA; UINT32_MAX: unknown
    std::uint32_t arrived{0};
    std::uint32_t answered{0};
    std::uint32_t departures{0};    ///< sessions that had ended before
    std::uint64_t without_room{0};  ///< deliveries that had found no room before
    time_point handed{};
};

class history_checker {
public:
    /// `without_room` returns how many deliveries have found no room so far.
    history_checker(std::uint32_t users, const options& bounds, std::function<std::uint64_t()> without_room);

    // Before an actor sends.

    /// Creates the record of a request that `index` composes; returns its serial.
    [[nodiscard]] std::uint32_t compose(opcode kind, std::uint16_t index, std::uint16_t pseudo, std::uint32_t length);
    /// Appends the message of the request `serial`. It identifies the request, and any changed byte is noticed.
    static void append_message(std::string& text, std::uint32_t serial, std::uint32_t length);

    /// Whether `text` is what append_message() appends, for `length` of 8 at least.
    [[nodiscard]] static bool is_message(std::string_view text, std::uint32_t serial, std::uint32_t length);

    // Events, in this order.

    void next_step(time_point now) noexcept;
    /// The core is about to receive the last byte of `packet`.
    void completes(std::uint16_t index, const sent_packet& packet);
    /// The core has received the bytes that completed them; `processed`: it has processed all of them.
    void handed_over(std::uint16_t index, bool processed);
    void notified(const notice& notice, std::uint16_t index);
    /// End of input or of the connection. `certain`: the core has nothing left to process before it.
    void session_over(std::uint16_t index, bool certain = true);
    void gone(std::uint16_t index);
    void drains();
    void arrives(std::uint16_t index, const packet_view& packet);
    /// The core has shut down its sending side, and everything it sent has arrived.
    void saw_end(std::uint16_t index);
    /// After each step.
    void check(const statistics& counted);
    void fail(std::string_view rule, std::string detail);

    [[nodiscard]] bool failed() const noexcept { return !first_.rule.empty(); }
    [[nodiscard]] const failure& first_failure() const noexcept { return first_; }
    [[nodiscard]] bool is_draining() const noexcept { return draining_; }

    std::vector<actor> actors;

private:
    struct name {
        std::int32_t holder{-1};
        std::uint32_t taken_step{0};  ///< last step before the end of which it was free
        std::uint32_t freed_step{0};  ///< last step in which it was held, when it is free
        std::uint32_t may_hold{0};    ///< actors whose session may not be over yet
    };
    struct send_permission {
        std::uint32_t asker_session{0};
        std::uint32_t session{0};
    };
    static constexpr std::uint32_t records_max = 1U << 15U;
    static constexpr std::uint32_t broadcasts_max = 1U << 11U;
    static constexpr std::uint32_t not_known = UINT32_MAX;

    // history_checker.cpp: sessions and requests
    record* find(std::uint32_t serial) noexcept;
    send_permission& permission_of(std::uint16_t asker, std::uint16_t pseudo) {
        return permissions_[asker * actors.size() + pseudo];
    }
    bool held_since(std::uint16_t pseudo, std::uint32_t step) const;
    bool free_since(std::uint16_t pseudo, std::uint32_t step) const;
    void note_request(std::uint16_t index, const sent_packet& packet);
    void note_answer(std::uint16_t index, error_code code);
    void note_offer(record& record, std::uint16_t index);

    // history_checker_arrivals.cpp: what reaches a client
    void take_answer(std::uint16_t index, error_code code);
    void judge_claim(std::uint16_t index, const asked_request& claim, error_code code);
    void judge_question(const asked_request& question, error_code code);
    void judge_message(std::uint16_t index, const asked_request& request, error_code code);
    void judge_one(const record& record, std::uint8_t code);
    void judge_broadcast(const record& record, std::uint8_t code);
    bool may_have_failed(const record& record) const;
    void take_message(std::uint16_t index, const packet_view& packet);
    void take_offer(std::uint16_t index, std::string_view sender);
    bool fits(const record& record, std::uint16_t index);
    bool first_time(const record& record, std::uint16_t index);
    std::string about(std::uint16_t index) const;

    options bounds_;
    std::function<std::uint64_t()> without_room_;
    std::vector<record> records_;
    std::vector<name> names_;
    std::vector<send_permission> permissions_;  // by asker and pseudo
    std::vector<std::uint32_t> offers_;         // by the two pseudos: the last PC
    std::vector<std::uint64_t> have_seen_;      // by SMA and actor
    std::vector<std::uint32_t> fresh_records_;
    std::vector<send_permission*> fresh_permissions_;
    failure first_;
    statistics last_count_{};
    time_point now_{};
    std::size_t seen_words_;
    std::uint32_t serials_{0};
    std::uint32_t broadcasts_{0};
    std::uint32_t orders_{0};
    std::uint32_t sessions_{0};
    std::uint32_t departures_{0};
    std::uint32_t step_{1};
    std::uint32_t users_{0};
    std::uint32_t users_before_{0};
    std::uint32_t may_hold_{0};
    std::uint32_t full_step_{0};  // last step in which there was no room for another user
    bool draining_{false};
};

/// "user7".
[[nodiscard]] std::string pseudo_text(std::uint16_t number);

}  // namespace chatos::core::simulation
