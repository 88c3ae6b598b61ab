// What all checks share: the traced connections, which of them may have held a pseudo at a time, and the tally of each
// rule's passed, failed and inconclusive checks.
#pragma once

#include "judge/connection_trace.hpp"
#include "judge/interval_index.hpp"
#include "judge/judge.hpp"
#include "judge/judge_part.hpp"
#include "judge/reorder_window.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace chatos::conformance {

class judge_context {
public:
    /// All must outlive the context.
    judge_context(const trace& observed, const judge_settings& settings, const judge_part& part, judge_memory& memory);

    [[nodiscard]] const std::vector<connection_trace>& connections() const noexcept { return connections_; }
    [[nodiscard]] const judge_settings& settings() const noexcept { return settings_; }

    /// No unseen client held a pseudo or sent anything.
    [[nodiscard]] bool is_complete() const noexcept { return is_complete_; }
    /// Between two connections only what has a frame before `earliest` certainly happened before the frame, and only
    /// what has one after `latest` after it. The queries for intervals below take that into account.
    [[nodiscard]] std::uint64_t earliest(std::uint64_t frame) const noexcept { return window_.earliest(frame); }
    [[nodiscard]] std::uint64_t latest(std::uint64_t frame) const noexcept { return window_.latest(frame); }
    /// The frame after which everything lies, on other connections, that may have happened after `frame`.
    [[nodiscard]] std::uint64_t possibly_after(std::uint64_t frame) const noexcept {
        const std::uint64_t first = earliest(frame);
        return first == frame ? frame : before(first);
    }

    /// The connection that certainly held the pseudo during the whole interval of frames, or null. What the server sent
    /// to it may be missing.
    [[nodiscard]] const connection_trace* holder(const std::string& pseudo, std::uint64_t from,
                                                 std::uint64_t until) const;
    /// The same, with all packets that the server sent to it.
    [[nodiscard]] const connection_trace* complete_user(const std::string& pseudo, std::uint64_t from,
                                                        std::uint64_t until) const;
    /// Whether a traced connection may have held the pseudo at some time in the interval.
    [[nodiscard]] bool may_be_held(const std::string& pseudo, std::uint64_t from, std::uint64_t until) const;
    /// Whether a traced connection ever registered this pseudo.
    [[nodiscard]] bool was_held(const std::string& pseudo) const {
        return users_.contains(pseudo) || memory_.former_pseudos.contains(pseudo);
    }
    /// The earliest connection that the test accepts among those that registered this pseudo and were there at some
    /// time in the interval; null if there is none.
    template <typename Test>
    [[nodiscard]] const connection_trace* find_user(const std::string& pseudo, std::uint64_t from, std::uint64_t until,
                                                    Test test) const {
        const auto users = users_.find(pseudo);
        return users == users_.end()
                   ? nullptr
                   : connection_in(users->second.lives.first(latest(until), before(earliest(from)), test));
    }
    /// The same from the latest on.
    template <typename Test>
    [[nodiscard]] const connection_trace* find_latest_user(const std::string& pseudo, std::uint64_t until,
                                                           Test test) const {
        const auto users = users_.find(pseudo);
        return users == users_.end() ? nullptr : connection_in(users->second.lives.last(latest(until), 0, test));
    }
    /// Passes each connection that was there at some time in the interval to `visit`, until that returns true; whether
    /// it did.
    template <typename Visit>
    bool any_connection(std::uint64_t from, std::uint64_t until, Visit visit) const {
        return lives_.any(latest(until), before(earliest(from)),
                          [&](const connection_trace* connection) { return visit(*connection); });
    }
    /// How long the server may leave undone what depends on nobody else, if that is known.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> response_limit() const noexcept { return response_limit_; }
    /// The most users that were certainly registered at one time.
    [[nodiscard]] std::size_t users_at_once() const noexcept { return users_at_once_; }
    /// Whether the answer to `request` may be due to a timeout: no server waits less than `timeout_min_ns`.
    [[nodiscard]] bool may_be_timeout(const observed_packet& request, const observed_packet& answer,
                                      bool is_offer) const noexcept;

    /// A long trace is judged in parts: each check is made and counted once, in the part that has the last packet that
    /// it needs. Whether a check belongs to this part, whose last packet has this frame: the answer of a request that
    /// is judged, the delivery, the ERROR, the packet whose layout is checked.
    [[nodiscard]] bool is_due(std::uint64_t frame) const noexcept;
    /// Whether nothing more of the connection comes: the time of what is checked once for each connection.
    [[nodiscard]] bool is_over(const connection_trace& connection) const noexcept;

    /// Where the search for the next cause starts. The indexes of requests may change; their offsets do not.
    [[nodiscard]] search_start& start_of_search(const connection_trace& recipient, const connection_trace& sender);
    /// Whether packets that the request depends on may have been dropped before it was answered.
    [[nodiscard]] bool is_forgotten(const traced_request& request) const noexcept {
        return request.packet->frame <= memory_.forgotten_until;
    }

    void passed(std::string_view rule);
    void inconclusive(std::string_view rule, const connection_trace& connection, std::string_view reason);
    /// The request whose answers are checked from here on, so that reports name the closest rule; null: none.
    void set_judged_request(const traced_request* request) noexcept { judged_request_ = request; }
    /// The server violated the rule; `packet`, which it sent, shows it.
    void failed(std::string_view rule, const connection_trace& connection, const observed_packet& packet,
                std::string expected, std::string actual);
    /// The client violated the rule; `packet`, which it sent, shows it.
    void failed_by_client(std::string_view rule, const connection_trace& connection, const observed_packet& packet,
                          std::string expected, std::string actual);
    void report(violation violation);

private:
    using connection_index = interval_index<const connection_trace*>;
    /// The sessions of a pseudo.
    struct pseudo_users {
        connection_index lives;     ///< from its CR on, until both sides had ended
        connection_index complete;  ///< registered, and all its packets are known
        connection_index sessions;  ///< registered, and all packets from it are known
    };

    static std::uint64_t before(std::uint64_t frame) noexcept { return frame == 0 ? 0 : frame - 1; }
    static const connection_trace* connection_in(const connection_trace* const* connection) noexcept {
        return connection == nullptr ? nullptr : *connection;
    }
    void index_connections();
    void count_users_at_once();
    void failed_by(side violator, std::string_view rule, const connection_trace& connection,
                   const observed_packet& packet, std::string expected, std::string actual);

    const traced_request* judged_request_{nullptr};
    std::size_t users_at_once_{0};
    judge_settings settings_;
    judge_part part_;
    judge_memory& memory_;
    reorder_window window_;
    std::optional<std::chrono::nanoseconds> response_limit_;
    std::chrono::nanoseconds inaccuracy_;  ///< of the time between two frames
    std::vector<connection_trace> connections_;
    connection_index lives_;
    std::unordered_map<std::string_view, pseudo_users> users_;
    /// Users, and connections whose CR may have been granted: from the CR on, until the server had ended.
    std::unordered_map<std::string_view, connection_index> possible_holders_;
    bool is_complete_{false};
};

/// `ERROR 4`, `SPM from "alice", message "hello"`.
[[nodiscard]] std::string describe(const observed_packet& packet, side sender);
/// In quotes, escaped for a terminal, and shortened if long.
[[nodiscard]] std::string quoted(const std::string& text);
[[nodiscard]] std::string answer_text(std::uint8_t code);

/// The rules that a packet would have been checked by, had it been reliable.
[[nodiscard]] std::vector<std::string_view> rules_about(const observed_packet& packet, side sender);

void check_bytes(judge_context& context);          // WIRE: what either side sent
void check_requests(judge_context& context);       // CONN, PM, ALL, PC: the answers to requests
void check_answer_counts(judge_context& context);  // FLOW-1: as many as there are requests
void check_deliveries(judge_context& context);     // PM-3, ALL, PC-1: every delivery has a cause
void check_closes(judge_context& context);         // FLOW-8, ERR-3, ERR-5: how connections end, and what is owed then
void check_delays(judge_context& context);         // FLOW-5, FLOW-6, FLOW-8, ERR-2, PM-7...: what is not done in time
void check_tunnels(judge_context& context);        // TUN-1, TUN-2, TUN-5
void check_clients(judge_context& context);        // CLI

}  // namespace chatos::conformance
