// What clients did (CLI). A client violates a rule only by what it sent before the server's packets passed the
// observer: for later packets it is not known what the client had read.
#include "judge/judge_context.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

/// CLI-8: a client that ends the connection because of what the server sent may say so with an ERROR 5.
bool is_final_error(const connection_trace& connection, const observed_packet& packet) {
    const direction_trace& input = connection.from_server();
    const auto& sent = connection.from_client().packets;
    const bool is_after_malformed = input.malformed && input.malformed->frame < packet.frame;
    return packet.op == opcode::error && packet.code == 5 && packet.offset == sent.back().offset &&
           (is_after_malformed ||
            std::any_of(input.packets.begin(), input.packets.end(), [&](const observed_packet& received) {
                return received.frame < packet.frame &&
                       (received.op == opcode::cr || received.op == opcode::rpm || received.op == opcode::sma);
            }));
}

class client_checks {
public:
    explicit client_checks(judge_context& context) : context_{context} {}

    void check(const connection_trace& connection) {
        if (connection.is_tunnel) {
            return;
        }
        check_login(connection);
        check_requests(connection);
        check_answers(connection);
        if (!context_.is_over(connection)) {
            return;
        }
        context_.inconclusive("CLI-7", connection, "traffic does not show what a client understood");
        const direction_trace& input = connection.from_server();
        const bool has_invalid_input =
            input.malformed ||
            std::any_of(input.packets.begin(), input.packets.end(), [](const observed_packet& packet) {
                return packet.op == opcode::cr || packet.op == opcode::rpm || packet.op == opcode::sma;
            });
        if (has_invalid_input) {
            context_.inconclusive("CLI-8", connection, "traffic does not show whether the client printed a message");
        }
    }

private:
    /// CLI-1
    void check_login(const connection_trace& connection) {
        const direction_trace& output = connection.from_client();
        if (output.packets.empty() || !output.is_trusted(output.packets.front())) {
            return;
        }
        if (output.packets.front().op != opcode::cr && !context_.is_due(output.packets.front().frame)) {
            return;
        }
        if (output.packets.front().op != opcode::cr) {
            context_.failed_by_client("CLI-1", connection, output.packets.front(), "a CR as its first packet",
                                      describe(output.packets.front(), side::client));
            return;
        }
        const auto packet = std::find_if(output.packets.begin(), output.packets.end(),
                                         [](const observed_packet& p) { return p.op != opcode::cr; });
        if (packet == output.packets.end() || !context_.is_due(packet->frame) || is_final_error(connection, *packet)) {
            return;
        }
        if (!output.is_trusted(*packet)) {
            context_.inconclusive("CLI-1", connection, output.distrust_reason);
        } else if (!connection.is_user() && !connection.from_server().is_trusted()) {
            context_.inconclusive("CLI-1", connection, connection.from_server().distrust_reason);
        } else if (!connection.is_user() || packet->frame < connection.registered_frame) {
            context_.failed_by_client("CLI-1", connection, *packet, "only CRs before ERROR 0",
                                      describe(*packet, side::client));
        } else {
            context_.passed("CLI-1");
        }
    }

    /// CLI-4, CLI-5
    void check_requests(const connection_trace& connection) {
        const traced_request* previous = nullptr;
        for (const traced_request& request : connection.requests) {
            if (previous != nullptr && context_.is_due(request.packet->frame)) {
                check_pipelining(connection, *previous, *request.packet);
            }
            if (request.packet->op == opcode::spm && context_.is_due(request.packet->frame)) {
                check_permission(connection, request);
            }
            previous = &request;
        }
    }

    void check_pipelining(const connection_trace& connection, const traced_request& previous,
                          const observed_packet& next) {
        const observed_packet* answer = previous.last_answer();
        if (answer == nullptr && !connection.from_server().is_trusted()) {
            context_.inconclusive("CLI-5", connection, connection.from_server().distrust_reason);
        } else if (answer == nullptr || answer->frame > next.frame) {
            context_.failed_by_client("CLI-5", connection, next,
                                      "the answer to " + describe(*previous.packet, side::client) +
                                          " before the next request",
                                      describe(next, side::client));
        } else {
            context_.passed("CLI-5");
        }
    }

    void check_permission(const connection_trace& connection, const traced_request& request) {
        const observed_packet& spm = *request.packet;
        const observed_packet* answer = request.last_rpm != nullptr ? request.last_rpm->first_answer : nullptr;
        if (request.last_rpm != nullptr && answer == nullptr && !connection.from_server().is_trusted()) {
            context_.inconclusive("CLI-4", connection, connection.from_server().distrust_reason);
        } else if (request.last_rpm == nullptr && connection.source->settled.has_lost_permissions) {
            context_.inconclusive("CLI-4", connection, "RPMs were dropped to bound memory");
        } else if (answer != nullptr && answer->frame < spm.frame && answer->code == 0) {
            context_.passed("CLI-4");
        } else {
            context_.failed_by_client("CLI-4", connection, spm,
                                      "an RPM for " + quoted(spm.pseudo) + ", answered with 0, before it",
                                      describe(spm, side::client));
        }
    }

    /// CLI-2, CLI-3, CLI-6
    void check_answers(const connection_trace& connection) {
        for (const observed_packet* error : connection.unmatched_errors) {
            if (!context_.is_due(error->frame) || is_final_error(connection, *error)) {
                continue;
            }
            context_.failed_by_client("CLI-2", connection, *error, "one ERROR for each delivery",
                                      answer_text(error->code) + ", which answers no delivery");
        }
        std::size_t next = 0;
        std::uint64_t waits_until = 0;  // the last frame at which one of the requests before `next` was unanswered
        for (std::size_t index = 0; index < std::min(connection.deliveries.size(), connection.ambiguous_from);
             ++index) {
            const traced_delivery& delivery = connection.deliveries[index];
            if (delivery.answer == nullptr) {
                continue;
            }
            const observed_packet& answer = *delivery.answer;
            if (!context_.is_due(answer.frame)) {
                // Counted in the part of the trace that has the answer.
            } else if (delivery.packet->op == opcode::spm) {
                context_.passed("CLI-2");
            } else if (answer.code == 0 || answer.code == 5) {
                context_.passed("CLI-3");
            } else {
                context_.failed_by_client("CLI-3", connection, answer, "ERROR 0 or ERROR 5 for a PC",
                                          answer_text(answer.code));
            }
            for (; next < connection.requests.size() && connection.requests[next].packet->frame < answer.frame;
                 ++next) {
                const observed_packet* request_answer = connection.requests[next].last_answer();
                waits_until = std::max(waits_until, request_answer == nullptr ? UINT64_MAX : request_answer->frame);
            }
            if (waits_until > answer.frame && context_.is_due(answer.frame)) {
                context_.passed("CLI-6");
            }
        }
    }

    judge_context& context_;
};

}  // namespace

void check_clients(judge_context& context) {
    if (!context.settings().judges_clients) {
        return;
    }
    client_checks checks{context};
    for (const connection_trace& connection : context.connections()) {
        checks.check(connection);
    }
}

}  // namespace chatos::conformance
