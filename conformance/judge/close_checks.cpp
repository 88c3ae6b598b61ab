// How connections end. A server that is stopped ends them all, whatever the rules say; it is not blamed for that: what
// a server ended without a cause counts only if it went on to serve others.
#include "judge/missing_answer.hpp"
#include "judge/request_checks.hpp"
#include "judge/session_end.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

namespace chatos::conformance {
namespace {

bool has_ended(const direction_trace& direction) {
    return direction.end != direction_end::open;
}

/// The server ended the session of a user who gave it no cause.
bool is_closed_without_cause(const connection_trace& connection) {
    const direction_trace& input = connection.from_client();
    const direction_trace& output = connection.from_server();
    return connection.is_user() && has_ended(output) && !output.malformed &&
           (!has_ended(input) || input.end_frame > output.end_frame) &&
           connection.may_be_closed_from > output.end_frame &&
           std::all_of(connection.deliveries.begin(), connection.deliveries.end(),
                       [](const traced_delivery& delivery) { return delivery.answer != nullptr; });
}

/// The server refused the client, and reset the connection at once, though the client has neither ended nor left.
bool is_reset_after_refusal(const connection_trace& connection) {
    const direction_trace& input = connection.from_client();
    const direction_trace& output = connection.from_server();
    return output.end == direction_end::reset && !has_ended(input) && input.is_trusted() && output.is_trusted() &&
           !output.packets.empty() && output.packets.back().op == opcode::error &&
           output.packets.back().code != code_ok && output.packets.back().time_ns != 0 &&
           output.end_time_ns - output.packets.back().time_ns < timeout_min_ns;
}

class close_checks {
public:
    explicit close_checks(judge_context& context) : context_{context} {
        for (const connection_trace& connection : context.connections()) {
            if (connection.is_tunnel) {
                continue;
            }
            served_.emplace_back(connection.begin_frame(), last_served_frame(connection));
            if (is_closed_without_cause(connection)) {
                closed_from_ = std::min(closed_from_, connection.from_server().end_frame);
            }
        }
        std::sort(served_.begin(), served_.end());
        for (std::size_t index = 1; index < served_.size(); ++index) {
            served_[index].second = std::max(served_[index].second, served_[index - 1].second);
        }
    }

    void check(const connection_trace& connection) {
        if (connection.is_tunnel || !context_.is_over(connection)) {
            return;
        }
        if (is_closed_without_cause(connection)) {
            check_close(connection);
        } else if (connection.from_client().end == direction_end::fin && has_ended(connection.from_server()) &&
                   connection.from_server().end_frame > connection.from_client().end_frame &&
                   connection.may_be_closed_from == UINT64_MAX && !connection.from_server().malformed &&
                   connection.unsolicited_answer == nullptr) {
            check_last_answers(connection);
        } else if (is_reset_after_refusal(connection) && has_served_after(connection.from_server().end_frame)) {
            report("ERR-5", connection, "an orderly end: a reset may destroy the last ERROR", "a reset");
        }
    }

private:
    /// The frame of the last request that was answered.
    static std::uint64_t last_served_frame(const connection_trace& connection) {
        const auto unanswered =
            std::partition_point(connection.requests.begin(), connection.requests.end(),
                                 [](const traced_request& request) { return request.first_answer != nullptr; });
        return unanswered == connection.requests.begin() ? 0 : std::prev(unanswered)->packet->frame;
    }

    /// Whether the server answered on a connection of before the frame a request of after it: it was not stopped then.
    [[nodiscard]] bool has_served_after(std::uint64_t frame) const {
        const auto later = std::partition_point(served_.begin(), served_.end(),
                                                [&](const auto& connection) { return connection.first < frame; });
        return later != served_.begin() && std::prev(later)->second > frame;
    }

    void check_close(const connection_trace& connection) {
        const direction_trace& output = connection.from_server();
        if (!has_served_after(output.end_frame)) {
            context_.inconclusive("ERR-3", connection, "the server may have been stopped");
            return;
        }
        report(rule_of_close(connection), connection, "no end of this connection: the client has given no cause",
               output.end == direction_end::reset ? "a reset" : "the server's end");
    }

    /// What happened last before the server ended the session.
    [[nodiscard]] std::string_view rule_of_close(const connection_trace& connection) const {
        const std::uint64_t end = connection.from_server().end_frame;
        const auto& packets = connection.from_client().packets;
        const auto later = std::partition_point(packets.begin(), packets.end(),
                                                [&](const observed_packet& packet) { return packet.frame < end; });
        const observed_packet& last = *std::prev(later);
        if (last.op == opcode::cr && last.frame != connection.login_frame) {
            return "CONN-7";
        }
        const auto& unfinished = connection.from_client().unfinished;
        if (std::any_of(unfinished.begin(), unfinished.end(),
                        [](std::byte each) { return std::to_integer<unsigned>(each) > 0x7F; })) {
            return "WIRE-8";
        }
        const auto answered =
            std::find_if(connection.requests.rbegin(), connection.requests.rend(),
                         [](const traced_request& request) { return request.first_answer != nullptr; });
        const auto& errors = connection.unmatched_errors;
        if (!errors.empty() && errors.back()->frame < end &&
            (answered == connection.requests.rend() || errors.back()->offset > answered->packet->offset)) {
            return "FLOW-3";
        }
        const bool is_claimed = context_.any_connection(last.frame, end, [&](const connection_trace& other) {
            const auto& packets_of_other = other.from_client().packets;
            return &other != &connection && !packets_of_other.empty() && packets_of_other.front().op == opcode::cr &&
                   packets_of_other.front().pseudo == connection.pseudo &&
                   packets_of_other.front().frame > last.frame && packets_of_other.front().frame < end;
        });
        return is_claimed ? "CONN-2" : "ERR-3";
    }

    /// FLOW-8: all that the client asked for is answered before the server closes.
    void check_last_answers(const connection_trace& connection) {
        const direction_trace& output = connection.from_server();
        const bool is_refused =
            !output.packets.empty() && connection.may_be_final_error(output.packets.back(), connection.is_user());
        // CONN-3, CONN-4, CONN-8: refused clients may be closed, and ERR-4: those that take too long to register.
        const std::int64_t opened_ns = connection.source->opened_ns;
        const bool may_be_late =
            opened_ns == 0 || output.end_time_ns == 0 || output.end_time_ns - opened_ns >= timeout_min_ns;
        const bool may_be_closed = !connection.is_user() && !connection.requests.empty() &&
                                   (may_be_late || connection.requests.front().first_answer != nullptr);
        const bool is_answered = connection.requests.empty() || connection.requests.back().last_answer() != nullptr;
        if (is_answered && output.end == direction_end::reset) {
            report("ERR-5", connection, "an orderly end: a reset may destroy the last answer", "a reset");
        } else if (is_answered) {
            context_.passed("FLOW-8");
            context_.passed("ERR-5");
        } else if (is_refused || may_be_closed || closed_from_ < output.end_frame) {
            context_.inconclusive("FLOW-8", connection, "the server may have ended the connection for another reason");
        } else {
            const missing_answer missing = find_missing_answer(context_, connection);
            report(missing.rule, connection, "an answer to " + describe(*missing.request->packet, side::client),
                   output.end == direction_end::reset ? "a reset without it" : "the server's end without it");
        }
    }

    void report(std::string_view rule, const connection_trace& connection, std::string expected, std::string actual) {
        const direction_trace& output = connection.from_server();
        const observed_packet* last = output.packets.empty() ? nullptr : &output.packets.back();
        context_.report({.rule = rule,
                         .violator = side::server,
                         .stream = connection.source->stream,
                         .sender = side::server,
                         .frame = output.end_frame,
                         .time_ns = output.end_time_ns,
                         .offset = last == nullptr ? 0 : last->offset + last->length,
                         .expected = std::move(expected),
                         .actual = std::move(actual)});
    }

    judge_context& context_;
    /// By the first frame of each connection: the last request that was answered on it or an earlier one.
    std::vector<std::pair<std::uint64_t, std::uint64_t>> served_;
    std::uint64_t closed_from_{UINT64_MAX};  ///< the first close without a cause
};

}  // namespace

void check_closes(judge_context& context) {
    if (!context.settings().judges_server) {
        return;
    }
    close_checks checks{context};
    for (const connection_trace& connection : context.connections()) {
        checks.check(connection);
    }
}

}  // namespace chatos::conformance
