// One user's session with a server: the rules CLI-1 to CLI-8, FLOW-2 and FLOW-4 seen from the client. Bytes, wishes and
// time go in; bytes, events and deadlines come out. It knows no socket, no clock and no screen.
//
// Two orders matter, because an ERROR carries no id. Answers to us come in the order of our requests, so one request is
// under way at a time and the others wait. Answers from us go out in the order of the deliveries, so while the user has
// not decided about a PC, later deliveries are shown at once but answered only afterwards.
#pragma once

#include "client/event.hpp"

#include <chatos/decode.hpp>
#include <chatos/limits.hpp>
#include <chatos/stream_decoder.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::client {

struct session_options {
    chatos::limits bounds{};
    std::chrono::milliseconds decision_limit{25'000};  ///< below the 30 s that servers give by default (PC-5)
    std::chrono::milliseconds answer_limit{60'000};    ///< longer than any server of default limits takes
    std::size_t requests_max{64};                      ///< requests that wait; more are not taken
    std::size_t unanswered_max{1'024};                 ///< deliveries that wait; one more and the oldest PC is refused
    std::size_t output_bytes_max{262'144};             ///< unsent bytes from which on nothing should be read
};

/// A private connection that waits for its person.
struct undecided_contact {
    std::string from;
    instant limit;
};

class session {
public:
    /// Registers as `pseudo` at once (CLI-1). The pseudo must be one that the encoder takes (see find_fault()).
    session(std::string pseudo, const session_options& options, instant now);

    session(const session&) = delete;
    session& operator=(const session&) = delete;

    /// Why no packet can carry this, as a clause; empty when one can. `to` is ignored for a message to everybody.
    [[nodiscard]] static std::string find_fault(request_kind kind, std::string_view to, std::string_view text,
                                                const chatos::limits& bounds);

    /// Sends the request, or lets it wait for those before it. Returns its number; 0 when too many wait already, or
    /// the session is over. What find_fault() objects to must not come here.
    std::uint64_t request(request_kind kind, std::string to, std::string text, instant now);
    /// Whether another request would be taken.
    [[nodiscard]] bool has_room() const noexcept { return waiting_.size() < options_.requests_max; }

    /// Whether a private connection with that user has been asked for and is not answered yet.
    [[nodiscard]] bool is_asking(std::string_view to) const;

    /// Decides about the oldest undecided contact from that user. False when nobody of that name waits.
    bool decide(std::string_view from, bool accepts);
    [[nodiscard]] std::vector<undecided_contact> undecided() const;

    /// Bytes from the server, cut anywhere (CLI-7).
    void receive(std::span<const std::byte> bytes, instant now);
    /// The server closed, or the connection broke; `why` for people.
    void lose(std::string_view why);
    /// Lets deadlines pass.
    void advance(instant now);
    /// Ends the session: refuses what is undecided, so that every delivery has its one answer.
    void leave();

    /// True once registered, with no request under way or waiting.
    [[nodiscard]] bool is_idle() const noexcept { return is_registered_ && !current_ && waiting_.empty(); }
    [[nodiscard]] bool is_registered() const noexcept { return is_registered_; }
    [[nodiscard]] bool is_over() const noexcept { return is_over_; }
    /// False while so much is unsent that nothing more should be read.
    [[nodiscard]] bool wants_input() const noexcept { return output_.size() < options_.output_bytes_max; }

    /// Bytes for the server. After the end, too: what was said before it.
    [[nodiscard]] std::span<const std::byte> output() const noexcept { return output_; }
    /// Forgets the first `bytes` of the output: they have been sent.
    void sent(std::size_t bytes);

    [[nodiscard]] std::optional<instant> deadline() const;
    [[nodiscard]] std::optional<session_event> take_event();

private:
    struct pending_request {
        std::uint64_t number;
        request_kind kind;
        std::string to;
        std::string text;
    };
    /// A delivery that has had no answer yet.
    struct delivery {
        std::string from;
        instant limit{};
        std::optional<error_code> answer{};  ///< empty: its person has not decided
    };

    void take(const packet_view& packet, instant now);
    void take_answer(error_code code, instant now);
    void take_registration(error_code code, instant now);
    void take_message(const packet_view& packet);
    void take_contact(const packet_view& packet, instant now);
    void owe(delivery owed);
    void refuse_oldest(decision_cause cause);
    void decide(delivery& contact, bool accepts, decision_cause cause);
    void send_answers();
    void start_next(instant now);
    void report_answer(error_code code, bool is_last);
    void send(const packet_view& packet);
    void wait_for(answered_packet packet, instant now);
    void end(end_reason reason, std::string detail);
    void break_off(std::string_view problem);

    std::string pseudo_;
    session_options options_;
    std::vector<std::byte> storage_;
    stream_decoder decoder_;
    std::vector<std::byte> output_;
    std::deque<session_event> events_;
    std::deque<pending_request> waiting_;
    std::optional<pending_request> current_;
    answered_packet expected_{answered_packet::sma};  ///< what the next ERROR answers, while a request is under way
    instant answer_due_{};
    std::deque<delivery> unanswered_;
    std::uint64_t requests_made_{0};
    bool is_registered_{false};
    bool is_over_{false};
};

}  // namespace chatos::client
