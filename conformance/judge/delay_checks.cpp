// What a server leaves undone though it depends on nobody else. No rule says how long anything may take; but a server
// that serves others meanwhile, and was never nearly as slow before, has not just been busy. Nothing is said of a
// connection whose end is not known, or whose client may have stopped reading.
#include "judge/judge_context.hpp"
#include "judge/request_checks.hpp"
#include "judge/session_end.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace chatos::conformance {
namespace {

constexpr std::size_t pending_max = 1'024;          // FLOW-5: so many a server takes at least
constexpr std::uint64_t unread_bytes_safe = 4'096;  // any client can receive so much without reading
constexpr std::uint64_t idle_bytes_max = 16'384;    // with more to do meanwhile, any server may be late
constexpr std::int64_t times_slower = 10;           // than anything that was observed

/// Something that the server has to do from a time on, and when it was done, or is known not to have been done.
struct duty {
    std::string_view rule{};
    std::int64_t since_ns{0};  ///< 0: nobody knows
    std::int64_t until_ns{0};
    std::string expected{};
};

std::uint64_t bytes_of(const direction_trace& direction) {
    return direction.packets.empty() ? 0 : direction.packets.back().offset + direction.packets.back().length;
}

bool is_judged(const connection_trace& connection) {
    return !connection.is_tunnel && connection.from_client().is_trusted() && connection.from_server().is_trusted() &&
           !connection.source->settled.is_any && connection.unsolicited_answer == nullptr &&
           bytes_of(connection.from_server()) <= unread_bytes_safe;
}

/// Until when the server certainly sent no more than is known.
std::int64_t complete_until_ns(const connection_trace& connection) {
    const direction_trace& output = connection.from_server();
    return output.end == direction_end::open ? output.complete_at_ns : output.end_time_ns;
}

class delay_checks {
public:
    delay_checks(judge_context& context, std::chrono::nanoseconds limit) : context_{context}, limit_ns_{limit.count()} {
        for (const connection_trace& connection : context.connections()) {
            note_service(connection);
            note_bytes(connection);
        }
        std::sort(bytes_.begin(), bytes_.end());
        for (std::size_t index = 1; index < bytes_.size(); ++index) {
            bytes_[index].second += bytes_[index - 1].second;
        }
        std::sort(served_.begin(), served_.end());
        for (std::size_t index = served_.size(); index-- > 1;) {
            served_[index - 1].second = std::min(served_[index - 1].second, served_[index].second);
        }
    }

    void check(const connection_trace& connection) {
        if (!context_.is_over(connection) || !is_judged(connection)) {
            return;
        }
        if (connection.from_client().malformed) {
            check_malformed(connection);
        } else if (!has_doubtful_packet(connection) && !check_answers(connection)) {
            check_end(connection);
        }
    }

private:
    static bool has_doubtful_packet(const connection_trace& connection) {
        const auto& packets = connection.from_client().packets;
        return std::any_of(packets.begin(), packets.end(), may_be_malformed);
    }

    /// When requests were sent that were answered, and how long that took where nothing else was waited for.
    void note_service(const connection_trace& connection) {
        std::int64_t previous_ns = 0;
        for (const traced_request& request : connection.requests) {
            if (request.first_answer == nullptr || request.packet->time_ns == 0) {
                return;
            }
            served_.emplace_back(request.packet->time_ns, request.first_answer->time_ns);
            if (request.packet->op == opcode::cr || request.packet->op == opcode::rpm) {
                const std::int64_t since_ns = std::max(request.packet->time_ns, previous_ns);
                limit_ns_ = std::max(limit_ns_, times_slower * (request.first_answer->time_ns - since_ns));
            }
            if (request.last_answer() == nullptr) {
                return;
            }
            previous_ns = request.last_answer()->time_ns;
        }
    }

    void note_bytes(const connection_trace& connection) {
        for (const direction_trace& direction : connection.source->directions) {
            for (const observed_packet& packet : direction.packets) {
                bytes_.emplace_back(packet.time_ns, packet.length);
            }
            if (direction.malformed) {
                bytes_.emplace_back(direction.malformed->time_ns, direction.malformed->bytes_total);
            }
            if (!direction.unfinished.empty()) {
                bytes_.emplace_back(direction.end_time_ns, direction.unfinished.size());
            }
        }
    }

    /// The bytes of all packets up to the time.
    [[nodiscard]] std::uint64_t bytes_until(std::int64_t time_ns) const {
        const auto later =
            std::partition_point(bytes_.begin(), bytes_.end(), [&](const auto& sent) { return sent.first <= time_ns; });
        return later == bytes_.begin() ? 0 : std::prev(later)->second;
    }

    /// The limit passed with little to do, and after that the server answered a later request of anybody before the
    /// duty was done.
    [[nodiscard]] bool is_overdue(const duty& duty) const {
        if (duty.since_ns == 0 || duty.until_ns - duty.since_ns < limit_ns_ ||
            bytes_until(duty.until_ns) - bytes_until(duty.since_ns - limit_ns_) > idle_bytes_max) {
            return false;
        }
        const auto later = std::partition_point(served_.begin(), served_.end(), [&](const auto& served) {
            return served.first < duty.since_ns + limit_ns_;
        });
        return later != served_.end() && later->second <= duty.until_ns;
    }

    /// ERR-2: malformed bytes end the connection.
    void check_malformed(const connection_trace& connection) {
        const malformed_packet& malformed = *connection.from_client().malformed;
        if (malformed.rule == "WIRE-14" || unanswered_count(connection) >= pending_max) {
            return;
        }
        report_if_overdue(connection, {.rule = malformed.rule == "WIRE-11" ? malformed.rule : "ERR-2",
                                       .since_ns = malformed.time_ns,
                                       .until_ns = complete_until_ns(connection),
                                       .expected = "the server's end after malformed bytes"});
    }

    static std::size_t unanswered_count(const connection_trace& connection) {
        return static_cast<std::size_t>(
            std::count_if(connection.requests.begin(), connection.requests.end(),
                          [](const traced_request& request) { return request.last_answer() == nullptr; }));
    }

    /// Whether one is reported.
    bool check_answers(const connection_trace& connection) {
        std::int64_t previous_ns = 0;
        std::size_t pending = 0;
        bool is_waiting = false;
        for (const traced_request& request : connection.requests) {
            const observed_packet* const answer = request.last_answer();
            if (is_waiting && ++pending < pending_max && check_undelivered(connection, request)) {
                return true;
            }
            if (is_waiting) {
                continue;
            }
            duty owed = duty_of(connection, request);
            owed.since_ns = owed.since_ns == 0 ? 0 : std::max(owed.since_ns, previous_ns);
            owed.until_ns = answer != nullptr ? answer->time_ns : complete_until_ns(connection);
            const bool is_closed = answer == nullptr && connection.from_server().end != direction_end::open;
            if (!is_closed && report_if_overdue(connection, owed)) {
                return true;
            }
            is_waiting = answer == nullptr;
            previous_ns = answer != nullptr ? answer->time_ns : previous_ns;
        }
        return check_pipelined(connection);
    }

    /// FLOW-5: requests that were sent while earlier ones waited, and were answered in the end.
    bool check_pipelined(const connection_trace& connection) {
        std::size_t first_pending = 0;
        for (std::size_t index = 0; index < connection.requests.size(); ++index) {
            const traced_request& request = connection.requests[index];
            while (first_pending < index && connection.requests[first_pending].last_answer() != nullptr &&
                   connection.requests[first_pending].last_answer()->frame < request.packet->frame) {
                ++first_pending;
            }
            if (first_pending < index && index - first_pending < pending_max && request.last_answer() != nullptr &&
                check_undelivered(connection, request)) {
                return true;
            }
        }
        return false;
    }

    /// FLOW-5: an SPM takes effect without waiting for the answers of requests before it.
    bool check_undelivered(const connection_trace& connection, const traced_request& request) {
        const observed_packet& spm = *request.packet;
        if (spm.op != opcode::spm || !request.is_first_use || spm.pseudo == connection.pseudo) {
            return false;
        }
        const connection_trace* const recipient = context_.holder(spm.pseudo, spm.frame, spm.frame + 1);
        if (recipient == nullptr || !is_judged(*recipient) ||
            recipient->registered_frame >= context_.earliest(request.granted_rpm->packet->frame)) {
            return false;
        }
        const auto later = std::partition_point(recipient->deliveries.begin(), recipient->deliveries.end(),
                                                [&](const traced_delivery& delivery) {
                                                    return delivery.packet->frame < context_.possibly_after(spm.frame);
                                                });
        duty owed{.rule = "FLOW-5",
                  .since_ns = spm.time_ns,
                  .until_ns = complete_until_ns(*recipient),
                  .expected = "the delivery to " + recipient->stream_name() + " without waiting for earlier answers"};
        std::uint64_t until_frame = context_.latest(spm.frame);
        if (later != recipient->deliveries.end()) {
            owed.until_ns = later->packet->time_ns;
            until_frame = later->packet->frame;
        } else if (recipient->from_client().end != direction_end::open ||
                   recipient->from_server().end != direction_end::open) {
            return false;
        }
        const bool owes = std::any_of(recipient->deliveries.begin(), later, [&](const traced_delivery& delivery) {
            return !delivery.is_answered_before(context_.earliest(spm.frame));
        });
        return !owes && recipient->ambiguous_from == SIZE_MAX && recipient->session_until > until_frame &&
               report_if_overdue(connection, owed);
    }

    /// FLOW-8: after the end of input, when all is answered, the server closes.
    void check_end(const connection_trace& connection) {
        const direction_trace& input = connection.from_client();
        const observed_packet* const last =
            connection.requests.empty() ? nullptr : connection.requests.back().last_answer();
        if (input.end != direction_end::fin || (last == nullptr && !connection.requests.empty())) {
            return;
        }
        report_if_overdue(connection,
                          {.rule = "FLOW-8",
                           .since_ns = last == nullptr ? input.end_time_ns : std::max(input.end_time_ns, last->time_ns),
                           .until_ns = complete_until_ns(connection),
                           .expected = "the server's end after that of the client"});
    }

    /// From when on the answer to a request depends on the server alone. A CR may be looked up elsewhere.
    [[nodiscard]] duty duty_of(const connection_trace& connection, const traced_request& request) const {
        const observed_packet& packet = *request.packet;
        if (packet.op == opcode::rpm || (packet.op == opcode::spm && !request.may_have_permission)) {
            return {.rule = !request.is_from_user      ? "CONN-8"
                            : packet.op == opcode::rpm ? "PM-1"
                                                       : "PM-5",
                    .since_ns = packet.time_ns,
                    .expected = "an answer to " + describe(packet, side::client)};
        }
        if (!request.is_from_user || (packet.op != opcode::spm && packet.op != opcode::pc)) {
            return {};
        }
        const bool is_offer = packet.op == opcode::pc;
        const auto deliveries_to = [&](const connection_trace& user) {
            return is_offer ? find_offers(user, connection.pseudo, context_.possibly_after(packet.frame))
                            : find_messages(user, {connection.pseudo, packet.message},
                                            context_.possibly_after(packet.frame));
        };
        const connection_trace* const recipient =
            context_.find_user(packet.pseudo, packet.frame, UINT64_MAX,
                               [&](const connection_trace* user) { return !deliveries_to(*user).is_empty(); });
        if (recipient == nullptr || (is_offer && request.first_answer == nullptr)) {
            return {};
        }
        const matching_deliveries deliveries = deliveries_to(*recipient);
        return deliveries.indexes.size() == 1 && deliveries.has_certain_answers()
                   ? duty_to_relay(*recipient, deliveries.front(), is_offer)
                   : duty{};
    }

    /// The recipient's answer is relayed, and its end counts as one.
    static duty duty_to_relay(const connection_trace& recipient, const traced_delivery& delivery, bool is_offer) {
        const direction_trace& input = recipient.from_client();
        const std::uint64_t frame = delivery.answer != nullptr ? delivery.answer->frame : input.end_frame;
        const bool is_waiting =
            std::any_of(recipient.requests.begin(), recipient.requests.end(), [&](const traced_request& own) {
                return own.packet->frame < frame && (own.last_answer() == nullptr || own.last_answer()->frame > frame);
            });
        if (delivery.answer != nullptr) {
            return {.rule = is_waiting ? "FLOW-6"
                            : is_offer ? "PC-3"
                                       : "PM-4",
                    .since_ns = delivery.answer->time_ns,
                    .expected = "the answer of " + recipient.stream_name()};
        }
        const direction_trace& output = recipient.from_server();
        const std::int64_t since_ns = input.end != direction_end::open                       ? input.end_time_ns
                                      : input.malformed && output.end != direction_end::open ? output.end_time_ns
                                                                                             : 0;
        return {.rule = is_waiting && input.end == direction_end::fin ? "FLOW-8"
                        : is_offer                                    ? "PC-4"
                                                                      : "PM-7",
                .since_ns = since_ns,
                .expected = "ERROR 4: " + recipient.stream_name() + " has left"};
    }

    bool report_if_overdue(const connection_trace& connection, const duty& duty) {
        if (!is_overdue(duty)) {
            return false;
        }
        constexpr std::int64_t ns_per_ms = 1'000'000;
        const direction_trace& output = connection.from_server();
        const observed_packet* const last = output.packets.empty() ? nullptr : &output.packets.back();
        context_.report({.rule = duty.rule,
                         .violator = side::server,
                         .stream = connection.source->stream,
                         .sender = side::server,
                         .frame = last == nullptr ? connection.first_frame : last->frame,
                         .time_ns = duty.until_ns,
                         .offset = bytes_of(output),
                         .expected = duty.expected,
                         .actual = "nothing for " + std::to_string((duty.until_ns - duty.since_ns) / ns_per_ms) +
                                   " ms, while others were served"});
        return true;
    }

    judge_context& context_;
    std::int64_t limit_ns_;
    std::vector<std::pair<std::int64_t, std::uint64_t>> bytes_;  ///< by time, with those before
    /// When a request was sent, and when the first of it and later ones was answered.
    std::vector<std::pair<std::int64_t, std::int64_t>> served_;
};

}  // namespace

void check_delays(judge_context& context) {
    if (!context.settings().judges_server || !context.response_limit()) {
        return;
    }
    delay_checks checks{context, *context.response_limit()};
    for (const connection_trace& connection : context.connections()) {
        checks.check(connection);
    }
}

}  // namespace chatos::conformance
