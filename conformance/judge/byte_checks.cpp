// The bytes that either side sent (WIRE), packets that a server never sends, and answers without a request.
#include "judge/judge_context.hpp"
#include "judge/server_layout.hpp"

#include <algorithm>

namespace chatos::conformance {

std::vector<std::string_view> rules_about(const observed_packet& packet, side sender) {
    if (sender == side::server) {
        return packet.op == opcode::error ? std::vector<std::string_view>{"FLOW-1"}
                                          : std::vector<std::string_view>{"PM-3"};
    }
    switch (packet.op) {
    case opcode::cr: return {"CONN-1", "CONN-2"};
    case opcode::rpm: return {"PM-1", "PM-2"};
    case opcode::spm: return {"PM-3", "PM-4", "CLI-4"};
    case opcode::sma: return {"ALL-1", "ALL-3"};
    case opcode::pc: return {"PC-1", "PC-3"};
    case opcode::error: return {"FLOW-2", "CLI-2"};
    }
    return {};
}

namespace {

class byte_checks {
public:
    explicit byte_checks(judge_context& context) : context_{context} {}

    void check(const connection_trace& connection) {
        check_direction(connection, side::client);
        check_direction(connection, side::server);
        if (context_.settings().judges_server && !connection.is_tunnel) {
            check_server_opcodes(connection);
        }
    }

private:
    void check_direction(const connection_trace& connection, side sender) {
        const direction_trace& direction = connection.source->from(sender);
        const bool is_judged =
            sender == side::server ? context_.settings().judges_server : context_.settings().judges_clients;
        for (const observed_packet& packet : direction.packets) {
            if (!context_.is_due(packet.frame)) {
                continue;
            }
            if (!direction.is_trusted(packet)) {
                for (const std::string_view rule : rules_about(packet, sender)) {
                    context_.inconclusive(rule, connection, direction.distrust_reason);
                }
            } else if (is_judged) {
                pass_layout(packet);
            }
        }
        if (!direction.is_trusted() && context_.is_over(connection)) {
            context_.inconclusive("FLOW-1", connection, direction.distrust_reason);
        }
        if (!is_judged || !direction.malformed || connection.is_tunnel ||
            !context_.is_due(direction.malformed->frame)) {
            return;
        }
        const malformed_packet& malformed = *direction.malformed;
        const std::string_view layout_rule = sender == side::server ? rule_of_layout(connection) : std::string_view{};
        if (malformed.rule == "WIRE-14" &&
            layout_rule.empty()) {  // the server, or a client whose message it relays, may have higher limits
            context_.inconclusive(malformed.rule, connection, "the server's limits are not known");
        } else if (malformed.offset >= direction.trusted_until) {
            context_.inconclusive(malformed.rule, connection, direction.distrust_reason);
        } else {
            context_.report({.rule = layout_rule.empty() ? malformed.rule : layout_rule,
                             .violator = sender,
                             .stream = connection.source->stream,
                             .sender = sender,
                             .frame = malformed.frame,
                             .time_ns = malformed.time_ns,
                             .offset = malformed.offset,
                             .expected = "a well-formed packet",
                             .actual = std::string{malformed.reason}});
        }
    }

    void pass_layout(const observed_packet& packet) {
        context_.passed("WIRE-1");
        switch (packet.op) {
        case opcode::cr:
        case opcode::rpm:
        case opcode::pc: context_.passed("WIRE-2"); break;
        case opcode::spm: context_.passed("WIRE-3"); break;
        case opcode::sma: context_.passed("WIRE-4"); break;
        case opcode::error: context_.passed("WIRE-5"); break;
        }
        if (packet.op != opcode::error) {
            context_.passed("WIRE-6");
            context_.passed("WIRE-8");
        }
        const auto is_not_ascii = [](char c) { return static_cast<unsigned char>(c) > 0x7F; };
        if (std::any_of(packet.pseudo.begin(), packet.pseudo.end(), is_not_ascii) ||
            std::any_of(packet.message.begin(), packet.message.end(), is_not_ascii)) {
            context_.passed("WIRE-7");
        }
    }

    /// A server sends no CR, RPM or SMA.
    void check_server_opcodes(const connection_trace& connection) {
        for (const observed_packet& packet : connection.from_server().packets) {
            if (!connection.from_server().is_trusted(packet)) {
                return;
            }
            const std::string_view rule = packet.op == opcode::cr    ? "CONN-1"
                                          : packet.op == opcode::rpm ? "PM-1"
                                          : packet.op == opcode::sma ? "ALL-1"
                                                                     : "";
            if (!rule.empty() && context_.is_due(packet.frame)) {
                context_.failed(rule, connection, packet, "SPM, PC or ERROR, the only packets that a server sends",
                                describe(packet, side::client));
            }
        }
    }

    judge_context& context_;
};

/// Whether a request after an unmatched ERROR got its own answer.
bool has_ignored_unmatched_error(const connection_trace& connection) {
    if (connection.unmatched_errors.empty()) {
        return false;
    }
    const observed_packet& error = *connection.unmatched_errors.front();
    return std::any_of(connection.requests.begin(), connection.requests.end(), [&](const traced_request& request) {
        return request.first_answer != nullptr && request.packet->offset > error.offset &&
               request.first_answer->code != 5;
    });
}

bool is_last_refusal(const connection_trace& connection, const observed_packet& answer) {
    return answer.code == 5 && connection.from_server().packets.back().offset == answer.offset;
}

/// The rule that says how many answers the request before the unsolicited answer has.
std::string_view answer_count_rule(const connection_trace& connection) {
    const observed_packet& unsolicited = *connection.unsolicited_answer;
    const auto& malformed = connection.from_client().malformed;
    if (malformed && malformed->frame < unsolicited.frame) {
        const direction_trace& output = connection.from_server();
        const bool is_last = output.packets.back().offset == unsolicited.offset;
        const bool is_ended =
            output.end != direction_end::open && (connection.from_client().end == direction_end::open ||
                                                  connection.from_client().end_frame > output.end_frame);
        const bool is_refused =
            std::any_of(output.packets.begin(), output.packets.end(), [&](const observed_packet& packet) {
                return packet.frame > malformed->frame && packet.op == opcode::error && packet.code == 5;
            });
        if (!is_ended && !is_refused) {
            return malformed->rule;  // what followed was acted on, as if nothing were wrong
        }
        return is_last || unsolicited.code == 5 ? "ERR-2" : "ERR-1";
    }
    const traced_request* last = nullptr;
    for (const traced_request& request : connection.requests) {
        last = request.first_answer != nullptr ? &request : last;
    }
    const bool answers_error = std::any_of(
        connection.unmatched_errors.begin(), connection.unmatched_errors.end(), [&](const observed_packet* error) {
            return error->frame < unsolicited.frame && (last == nullptr || error->offset > last->packet->offset);
        });
    if (answers_error || last == nullptr) {
        return answers_error ? "FLOW-3" : "FLOW-1";
    }
    switch (last->packet->op) {
    case opcode::cr: return "CONN-1";
    case opcode::rpm: return last->first_answer->code == 0 ? "PM-1" : "PM-2";
    case opcode::spm: return "PM-4";
    case opcode::sma: return "ALL-3";
    case opcode::pc: return last->first_answer->code == 0 ? "PC-3" : "PC-2";
    case opcode::error: break;
    }
    return "FLOW-1";
}

}  // namespace

void check_bytes(judge_context& context) {
    byte_checks checks{context};
    for (const connection_trace& connection : context.connections()) {
        checks.check(connection);
    }
}

void check_answer_counts(judge_context& context) {
    if (!context.settings().judges_server) {
        return;
    }
    for (const connection_trace& connection : context.connections()) {
        const observed_packet* unsolicited = connection.unsolicited_answer;
        if (connection.is_tunnel) {
            continue;
        }
        if (unsolicited == nullptr ? !context.is_over(connection) : !context.is_due(unsolicited->frame)) {
            continue;
        }
        if (unsolicited == nullptr) {
            if (!connection.requests.empty() && connection.requests.front().first_answer != nullptr) {
                context.passed("FLOW-1");
            }
            if (has_ignored_unmatched_error(connection)) {
                context.passed("FLOW-3");
            }
        } else if (connection.is_user() ? connection.may_be_final_error(*unsolicited, true)
                                        : is_last_refusal(connection, *unsolicited)) {
            context.passed("ERR-2");
        } else {
            context.failed(answer_count_rule(connection), connection, *unsolicited, "no more answers than requests",
                           answer_text(unsolicited->code) + ", which answers no request");
        }
    }
}

}  // namespace chatos::conformance
