// Passes each answered request to the check of its family of rules.
#include "judge/request_checks.hpp"

#include "judge/session_end.hpp"

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

/// ERR-2: after malformed bytes, the answers that are settled come before the last ERROR 5, and deliveries stand.
void check_final_error(judge_context& context, const connection_trace& connection, const traced_request& request) {
    const observed_packet& packet = *request.packet;
    const observed_packet& answer = *request.first_answer;
    const auto& malformed = connection.from_client().malformed;
    if (!request.is_from_user || !malformed || malformed->frame >= answer.frame || may_be_malformed(packet) ||
        connection.may_be_closed_from < malformed->frame ||
        std::any_of(connection.deliveries.begin(), connection.deliveries.end(),
                    [](const traced_delivery& delivery) { return delivery.answer == nullptr; })) {
        return;
    }
    if (packet.op == opcode::rpm && packet.pseudo != connection.pseudo) {
        context.failed("ERR-2", connection, answer, "the answer to " + describe(packet, side::client) + " first",
                       answer_text(answer.code) + " without it");
    } else if (packet.op == opcode::sma) {
        const std::uint64_t from = context.earliest(packet.frame);
        const std::uint64_t until = context.latest(answer.frame);
        const connection_trace* missed = nullptr;
        (void)context.any_connection(packet.frame, answer.frame, [&](const connection_trace& other) {
            const bool is_missed =
                &other != &connection && other.is_certain_user(from, until) &&
                find_messages(other, {connection.pseudo, packet.message}, context.possibly_after(packet.frame))
                    .is_empty() &&
                !may_delay_delivery(context, other, from, until);
            missed = is_missed ? &other : missed;
            return is_missed;
        });
        if (missed != nullptr) {
            context.failed("ERR-2", connection, answer, "an SPM to " + missed->stream_name() + " before the ERROR",
                           answer_text(answer.code) + ", and no delivery");
        }
    }
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

bool owes_many(const connection_trace& client, std::uint64_t frame) {
    constexpr std::ptrdiff_t owed_safe = 8;
    // Answers have the order of their deliveries.
    const auto& deliveries = client.deliveries;
    const auto unanswered =
        std::partition_point(deliveries.begin(), deliveries.end(),
                             [&](const traced_delivery& each) { return each.is_answered_before(frame); });
    const auto later = std::partition_point(unanswered, deliveries.end(),
                                            [&](const traced_delivery& each) { return each.packet->frame < frame; });
    return later - unanswered > owed_safe;
}

namespace {

/// Whether the sender of the delivery got the client's answer before the frame: the server had read it.
bool is_relayed_before(const judge_context& context, const connection_trace& recipient, const traced_delivery& delivery,
                       std::uint64_t frame) {
    const observed_packet& packet = *delivery.packet;
    const bool is_offer = packet.op == opcode::pc;
    const connection_trace* const sender =
        context.find_latest_user(packet.pseudo, packet.frame, [](const connection_trace*) { return true; });
    if (sender == nullptr || delivery.answer->code == code_unreachable) {
        return false;
    }
    const auto& lists = is_offer ? sender->offers_by_recipient : sender->sent_by_message;
    const auto list = lists.find(is_offer ? std::string_view{recipient.pseudo} : std::string_view{packet.message});
    if (list == lists.end()) {
        return false;
    }
    const auto later = std::partition_point(list->second.begin(), list->second.end(), [&](std::size_t index) {
        return sender->requests[index].packet->frame < packet.frame;
    });
    if (later == list->second.begin()) {
        return false;
    }
    const traced_request& request = sender->requests[*std::prev(later)];
    const observed_packet* const answer = is_offer ? request.second_answer : request.first_answer;
    if (answer == nullptr || answer->frame > frame || !has_answer_like(delivery, *answer, answer->frame)) {
        return false;
    }
    // Only this delivery can have been answered so; a server itself refuses with 5.
    const matching_deliveries deliveries =
        is_offer ? find_offers(recipient, sender->pseudo, request.packet->frame)
                 : find_messages(recipient, {sender->pseudo, packet.message}, request.packet->frame);
    return &deliveries.front() == &delivery &&
           (deliveries.indexes.size() == 1 ||
            recipient.deliveries[deliveries.indexes[1]].packet->frame > answer->frame) &&
           (is_offer || (request.packet->op == opcode::spm && answer->code != code_refused));
}

}  // namespace

bool may_delay_delivery(const judge_context& context, const connection_trace& recipient, std::uint64_t from,
                        std::uint64_t until) {
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
    if (is_relayed_before(context, recipient, *std::prev(later), from)) {
        return false;
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
            } else if (is_due && connection.may_be_final_error(*request.first_answer, request.is_from_user)) {
                check_final_error(context, connection, request);
            } else if (is_due) {
                context.set_judged_request(&request);
                check_request(context, connection, request);
                context.set_judged_request(nullptr);
            }
        }
    }
}

}  // namespace chatos::conformance
