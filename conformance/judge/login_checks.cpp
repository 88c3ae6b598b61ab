// Registration, and requests of clients that are not registered (CONN).
#include "judge/closest_rule.hpp"
#include "judge/request_checks.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

void check_taken(judge_context& context, const connection_trace& connection, const observed_packet& cr,
                 const observed_packet& answer) {
    if (context.may_be_held(cr.pseudo, cr.frame, answer.frame)) {
        context.passed("CONN-2");
        return;
    }
    const bool was_held = context.was_held(cr.pseudo);
    const bool is_confused = context.any_connection(cr.frame, answer.frame, [&](const connection_trace& other) {
        return other.is_user() && other.may_hold(other.pseudo, cr.frame, answer.frame) &&
               looks_alike(other.pseudo, cr.pseudo);
    });
    const std::string_view rule = is_confused ? "CONN-5" : was_held ? "CONN-6" : "CONN-1";
    if (context.is_complete()) {
        context.failed(rule, connection, answer, "ERROR 0: nobody holds " + quoted(cr.pseudo),
                       answer_text(answer.code));
    } else {
        context.inconclusive(rule, connection, "a client that is not in the capture may hold " + quoted(cr.pseudo));
    }
}

}  // namespace

/// CONN-9: whether as many users may be registered as the server has had at one time, and at least one.
bool may_be_full(const judge_context& context, const connection_trace& connection, const traced_request& request) {
    const std::size_t capacity_min = std::max<std::size_t>(context.users_at_once(), 1);
    const std::uint64_t until = request.first_answer->frame;
    std::size_t users = 0;
    return context.any_connection(request.packet->frame, until, [&](const connection_trace& other) {
        users +=
            &other != &connection && ((other.is_user() && other.may_hold(other.pseudo, request.packet->frame, until)) ||
                                      !other.unanswered_logins.empty())
                ? 1
                : 0;
        return users >= capacity_min;
    });
}

void check_login(judge_context& context, const connection_trace& connection, const traced_request& request) {
    const observed_packet& cr = *request.packet;
    const observed_packet& answer = *request.first_answer;
    const connection_trace* holder = context.holder(cr.pseudo, cr.frame, answer.frame);
    if (answer.code == code_ok && holder != nullptr) {
        context.failed("CONN-2", connection, answer,
                       "ERROR 1: " + holder->stream_name() + " holds " + quoted(cr.pseudo), answer_text(answer.code));
    } else if (answer.code == code_ok) {
        context.passed("CONN-1");
    } else if (answer.code == code_taken) {
        check_taken(context, connection, cr, answer);
    } else if (answer.code != code_full) {
        context.failed(holder != nullptr ? "CONN-2" : "CONN-1", connection, answer, "ERROR 0, 1 or 2 for a CR",
                       answer_text(answer.code));
    } else if (context.is_complete() && !may_be_full(context, connection, request)) {
        context.failed("CONN-9", connection, answer,
                       "ERROR 0 or 1: fewer users may be registered than were before at one time",
                       answer_text(answer.code));
    } else {
        context.inconclusive("CONN-4", connection, "the server's capacity is not known");
    }
}

void check_second_login(judge_context& context, const connection_trace& connection, const traced_request& request) {
    const observed_packet& cr = *request.packet;
    const observed_packet& answer = *request.first_answer;
    const bool is_held = cr.pseudo == connection.pseudo || context.holder(cr.pseudo, cr.frame, answer.frame) != nullptr;
    const bool may_be_held =
        is_held || !context.is_complete() || context.may_be_held(cr.pseudo, cr.frame, answer.frame);
    const bool is_right =
        is_held ? answer.code == code_taken : answer.code == code_refused || (answer.code == code_taken && may_be_held);
    if (is_right) {
        context.passed("CONN-7");
    } else {
        context.failed("CONN-7", connection, answer,
                       is_held       ? "ERROR 1: the pseudo is held"
                       : may_be_held ? "ERROR 5, or ERROR 1 if the pseudo is held"
                                     : "ERROR 5",
                       answer_text(answer.code));
    }
}

void check_early_request(judge_context& context, const connection_trace& connection, const traced_request& request) {
    if (request.first_answer->code == code_refused) {
        context.passed("CONN-8");
    } else {
        context.failed("CONN-8", connection, *request.first_answer, "ERROR 5: the client is not registered",
                       answer_text(request.first_answer->code));
    }
}

}  // namespace chatos::conformance
