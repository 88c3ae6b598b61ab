// Passes each answered request to the check of its family of rules.
#include "judge/request_checks.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

/// After malformed bytes ERROR 5 comes last (ERR-2). This one comes earlier, for a request that only 0 or 4 answers.
bool is_premature_refusal(const connection_trace& connection, const traced_request& request) {
    return request.packet->op == opcode::rpm && request.first_answer->code == code_refused &&
           connection.from_client().malformed &&
           connection.from_client().malformed->frame < request.first_answer->frame &&
           request.packet->pseudo != connection.pseudo;
}

void check_request(judge_context& context, const connection_trace& connection, const traced_request& request) {
    if (request.packet->op == opcode::cr) {
        (request.is_from_user ? check_second_login : check_login)(context, connection, request);
    } else if (!request.is_from_user) {
        check_early_request(context, connection, request);
    } else if (is_premature_refusal(connection, request)) {
        context.failed("ERR-2", connection, *request.first_answer, "all settled answers before the final ERROR 5",
                       answer_text(code_refused) + " before other answers");
    } else if (request.packet->op == opcode::rpm) {
        check_rpm(context, connection, request);
    } else if (request.packet->op == opcode::spm) {
        check_spm(context, connection, request);
    } else if (request.packet->op == opcode::sma) {
        check_sma(context, connection, request);
    } else {
        check_pc(context, connection, request);
    }
}

}  // namespace

bool may_delay_delivery(const connection_trace& recipient, std::uint64_t from, std::uint64_t until) {
    const auto later =
        std::partition_point(recipient.deliveries.begin(), recipient.deliveries.end(),
                             [&](const traced_delivery& delivery) { return delivery.packet->frame < until; });
    // The server may have sent it within the interval, unless it answered a request of after the interval before it.
    const bool was_sent_later = later == recipient.deliveries.end() || [&] {
        // Answers come in order: if that of the first later request does not precede the delivery, no other does.
        const auto request =
            std::partition_point(recipient.requests.begin(), recipient.requests.end(),
                                 [&](const traced_request& earlier) { return earlier.packet->frame <= until; });
        return request != recipient.requests.end() && request->first_answer != nullptr &&
               request->first_answer->offset < later->packet->offset;
    }();
    if (!was_sent_later || later == recipient.deliveries.begin()) {
        return !was_sent_later;
    }
    const observed_packet* answer = std::prev(later)->answer;
    if (answer == nullptr || recipient.ambiguous_from != SIZE_MAX) {
        return true;
    }
    const auto request =
        std::partition_point(recipient.requests.begin(), recipient.requests.end(),
                             [&](const traced_request& earlier) { return earlier.packet->offset <= answer->offset; });
    return request == recipient.requests.end() || request->first_answer == nullptr ||
           request->first_answer->frame > from;
}

void fail_if_complete(judge_context& context, std::string_view rule, const connection_trace& connection,
                      const observed_packet& answer, std::string expected) {
    if (context.is_complete()) {
        context.failed(rule, connection, answer, std::move(expected), answer_text(answer.code));
    } else {
        context.inconclusive(rule, connection, "a client that is not in the capture may explain it");
    }
}

void check_requests(judge_context& context) {
    if (!context.settings().judges_server) {
        return;
    }
    for (const connection_trace& connection : context.connections()) {
        for (const traced_request& request : connection.requests) {
            if (request.first_answer == nullptr) {
                break;
            }
            const observed_packet* const last_answer = request.last_answer();
            const bool is_due =
                last_answer != nullptr ? context.is_due(last_answer->frame) : context.is_over(connection);
            if (is_due && context.is_forgotten(request)) {
                for (const std::string_view rule : rules_about(*request.packet, side::client)) {
                    context.inconclusive(rule, connection, "what it depends on was dropped to bound memory");
                }
            } else if (is_due && !connection.may_be_final_error(*request.first_answer, request.is_from_user)) {
                context.set_judged_request(&request);
                check_request(context, connection, request);
                context.set_judged_request(nullptr);
            }
        }
    }
}

}  // namespace chatos::conformance
