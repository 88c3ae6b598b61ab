#include "judge/missing_answer.hpp"

#include "judge/request_checks.hpp"

#include <algorithm>
#include <vector>

namespace chatos::conformance {
namespace {

bool fits(const observed_packet& request, std::uint8_t code) {
    switch (request.op) {
    case opcode::cr: return code != code_unreachable;
    case opcode::rpm: return code == code_ok || code == code_unreachable;
    case opcode::pc: return code == code_ok || code == code_unreachable || code == code_refused;
    default: return true;
    }
}

/// Which request lacks its answer is not certain: all answers after it seem to belong to the request before theirs. It
/// is the earliest one that the codes and the order of frames leave possible.
const traced_request& earliest_without_answer(const connection_trace& connection) {
    const auto& requests = connection.requests;
    std::size_t index = requests.size() - 1;
    while (index > 0 && requests[index].first_answer == nullptr) {
        --index;
    }
    index += requests[index].first_answer != nullptr && requests[index].last_answer() != nullptr ? 1 : 0;
    // Would the answer of the request before fit this one?
    for (; index > 0; --index) {
        const observed_packet* answer = requests[index - 1].last_answer();
        if (answer == nullptr || answer->frame < requests[index].packet->frame ||
            !fits(*requests[index].packet, answer->code)) {
            break;
        }
    }
    return requests[index];
}

/// The connection that received the message or offer of the request, or null.
const connection_trace* recipient_of(const judge_context& context, const connection_trace& connection,
                                     const observed_packet& request) {
    return context.find_user(request.pseudo, request.frame, UINT64_MAX, [&](const connection_trace* user) {
        return request.op == opcode::pc
                   ? !find_offers(*user, connection.pseudo, request.frame).is_empty()
                   : !find_messages(*user, {connection.pseudo, request.message}, request.frame).is_empty();
    });
}

bool has_left_before(const connection_trace& user, std::uint64_t frame) {
    return user.from_client().end != direction_end::open && user.from_client().end_frame < frame;
}

bool is_held_by_other(const judge_context& context, const connection_trace& connection, const observed_packet& login) {
    return context.find_user(login.pseudo, login.frame, login.frame + 1,
                             [&](const connection_trace* user) { return user != &connection; }) != nullptr;
}

std::string_view rule_about(const judge_context& context, const connection_trace& connection,
                            const traced_request& request) {
    const observed_packet& packet = *request.packet;
    const std::uint64_t end = connection.from_client().end_frame;
    if (packet.op == opcode::cr) {
        return connection.is_user() && packet.frame != connection.login_frame ? "CONN-7"
               : is_held_by_other(context, connection, packet)                ? "CONN-2"
                                                                              : "CONN-1";
    }
    if (!connection.is_user()) {
        return "CONN-8";
    }
    if (packet.op == opcode::rpm) {
        return context.holder(packet.pseudo, packet.frame, end) != nullptr ? "PM-1" : "PM-2";
    }
    if (packet.op == opcode::sma) {
        std::size_t recipients = 0;
        bool has_left = false;
        bool is_unanswered = false;
        (void)context.any_connection(packet.frame, UINT64_MAX, [&](const connection_trace& other) {
            const matching_deliveries deliveries =
                find_messages(other, {connection.pseudo, packet.message}, packet.frame);
            if (&other != &connection && !deliveries.is_empty()) {
                ++recipients;
                const bool is_answered = deliveries.front().is_answered_before(end);
                has_left = has_left || (!is_answered && has_left_before(other, end));
                is_unanswered = is_unanswered || (!is_answered && !has_left_before(other, end));
            }
            return false;
        });
        return recipients == 0 ? "ALL-6" : is_unanswered ? "FLOW-8" : has_left ? "ALL-9" : "ALL-3";
    }
    const bool is_offer = packet.op == opcode::pc;
    const connection_trace* recipient = recipient_of(context, connection, packet);
    if (recipient == nullptr) {
        return is_offer ? (context.may_be_held(packet.pseudo, packet.frame, end) ? "PC-1" : "PC-2") : "PM-4";
    }
    const matching_deliveries deliveries =
        is_offer ? find_offers(*recipient, connection.pseudo, packet.frame)
                 : find_messages(*recipient, {connection.pseudo, packet.message}, packet.frame);
    if (is_offer && request.first_answer == nullptr) {
        return "PC-1";
    }
    return deliveries.front().is_answered_before(end) ? (is_offer ? "PC-3" : "PM-4")
           : has_left_before(*recipient, end)         ? (is_offer ? "PC-4" : "PM-7")
                                                      : "FLOW-8";
}

}  // namespace

missing_answer find_missing_answer(const judge_context& context, const connection_trace& connection) {
    const traced_request& request = earliest_without_answer(connection);
    return {&request, rule_about(context, connection, request)};
}

}  // namespace chatos::conformance
