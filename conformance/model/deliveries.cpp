// Deliveries. Each is settled exactly once: answered, timed out, or its recipient gone. Its place in the recipient's
// queue stays until an ERROR consumes it (FLOW-2, FLOW-4).
#include "model/model.hpp"

#include <algorithm>

namespace chatos::conformance {

using enum fault;

namespace {

constexpr unsigned consecutive_timeouts_max = 8;  // FLOW-10
constexpr std::size_t deliveries_max = 65'536;    // FLOW-10
constexpr std::uint8_t code_ok = 0;
constexpr std::uint8_t code_unreachable = 4;
constexpr std::uint8_t code_refused = 5;

}  // namespace

void model::deliver(client_state& recipient, const client_state& requester, std::uint64_t request_number,
                    opcode request_op, model_packet packet) {
    pending_delivery delivery;
    delivery.requester = requester.id;
    delivery.peer = recipient.id;
    delivery.request = request_number;
    delivery.request_op = request_op;
    delivery.packet = std::move(packet);
    delivery.created = now_;
    delivery.is_behind_offer =
        std::any_of(recipient.deliveries.begin(), recipient.deliveries.end(),
                    [](const pending_delivery& other) { return other.request_op == opcode::pc && !other.timed_out; });
    if (recipient.deliveries.size() >= deliveries_max) {
        disconnect(recipient, std::nullopt);  // FLOW-10
        settle(delivery, code_unreachable);
        return;
    }
    recipient.deliveries.push_back(std::move(delivery));
    start_timeout(recipient);
    send_next_deliveries(recipient);
}

/// FLOW-9: at once, or one at a time. PC-7: one offer at a time.
void model::send_next_deliveries(client_state& recipient) {
    // Those that are not sent are the last ones, unless offers wait.
    std::size_t first_unsent = follows(variant::offers_wait) ? 0 : recipient.deliveries.size();
    while (first_unsent != 0 && !recipient.deliveries[first_unsent - 1].sent) {
        --first_unsent;
    }
    for (std::size_t index = first_unsent; index < recipient.deliveries.size(); ++index) {
        pending_delivery& delivery = recipient.deliveries[index];
        if (delivery.sent || !may_be_sent(recipient, delivery)) {
            continue;
        }
        delivery.sent = true;
        send(recipient, delivery.packet);
        // FLOW-2: the queue is in the order of sending. An offer that had to wait was overtaken.
        const auto at = recipient.deliveries.begin() + static_cast<std::ptrdiff_t>(index);
        const auto last = std::find_if(recipient.deliveries.rbegin(), recipient.deliveries.rend(),
                                       [](const pending_delivery& other) { return other.sent; });
        if (std::next(at) != last.base()) {
            std::rotate(at, std::next(at), last.base());
            --index;
        }
    }
    if (!recipient.unmatched_answers.empty() && !recipient.deliveries.empty()) {
        const std::uint8_t code = recipient.unmatched_answers.front();
        recipient.unmatched_answers.pop_front();
        take_answer(recipient, code);
    }
}

bool model::may_be_sent(const client_state& recipient, const pending_delivery& delivery) const {
    return std::none_of(recipient.deliveries.begin(), recipient.deliveries.end(), [&](const pending_delivery& other) {
        const bool is_undecided_offer = other.request_op == opcode::pc && !other.timed_out;
        return other.sent && (follows(variant::stop_and_wait) || (delivery.request_op == opcode::pc &&
                                                                  is_undecided_offer && follows(variant::offers_wait)));
    });
}

/// FLOW-7: starts the timeout of the oldest delivery that is not settled.
void model::start_timeout(client_state& recipient) const {
    for (pending_delivery& delivery : recipient.deliveries) {
        if (!delivery.timed_out) {
            delivery.oldest_since = delivery.oldest_since.value_or(now_);
            if (!has(clock_runs_behind_decision)) {
                return;
            }
        }
    }
}

/// FLOW-7, with the timeouts of PM-8 and PC-5.
model_time model::deadline_of(const pending_delivery& delivery) const {
    const bool has_pc_limit = delivery.request_op == opcode::pc ||
                              has(delivery.request_op == opcode::sma ? sma_uses_pc_timeout : spm_uses_pc_timeout);
    const model_time own_limit = has_pc_limit ? settings_.pc_timeout : settings_.answer_timeout;
    const model_time latest =
        has(no_latest_limit) ? model_time::max() : delivery.created + settings_.pc_timeout + settings_.answer_timeout;
    return delivery.oldest_since ? std::min(*delivery.oldest_since + own_limit, latest) : latest;
}

/// FLOW-2: an ERROR answers the oldest sent delivery in the queue.
void model::take_answer(client_state& client, std::uint8_t code) {
    const auto is_sent = [](const pending_delivery& delivery) { return delivery.sent; };
    auto place = std::find_if(client.deliveries.begin(), client.deliveries.end(), is_sent);
    if (place == client.deliveries.end()) {
        handle_unmatched_answer(client, code);
        return;
    }
    if (has(offers_answered_last) || has(offers_answered_first)) {
        const auto preferred = std::find_if(place, client.deliveries.end(), [&](const pending_delivery& delivery) {
            return delivery.sent && (delivery.request_op == opcode::pc) == has(offers_answered_first);
        });
        place = preferred == client.deliveries.end() ? place : preferred;
    }
    if (has(messages_to_all_answered_last) || has(messages_to_all_answered_first)) {
        const auto preferred = std::find_if(place, client.deliveries.end(), [&](const pending_delivery& delivery) {
            return delivery.sent && (delivery.request_op == opcode::sma) == has(messages_to_all_answered_first);
        });
        place = preferred == client.deliveries.end() ? place : preferred;
    }
    if (has(answer_settles_newest)) {
        const auto newest = std::find_if(client.deliveries.rbegin(), client.deliveries.rend(), is_sent);
        place = std::prev(newest.base());
    }
    if (has(answer_settles_all)) {
        while (client.deliveries.size() > 1) {
            consume(client, client.deliveries.begin(), code);
        }
        place = client.deliveries.begin();
    }
    const bool was_offer = place->request_op == opcode::pc;
    swap_with_oldest(*place);
    consume(client, place, code);
    if (!was_offer || !has(no_clock_after_decision)) {
        start_timeout(client);
    }
    send_next_deliveries(client);
}

void model::consume(client_state& client, const std::deque<pending_delivery>::iterator& place, std::uint8_t code) {
    const pending_delivery delivery = *place;
    client.deliveries.erase(place);
    client.has_answered = true;
    client.history.has_refused = client.history.has_refused || (code != code_ok && delivery.request_op != opcode::pc);
    client.history.has_accepted = client.history.has_accepted || (code == code_ok && delivery.request_op == opcode::pc);
    while (delivery.timed_out && has(late_answers_share_a_place) && !client.deliveries.empty() &&
           client.deliveries.front().timed_out) {
        client.deliveries.pop_front();
    }
    if (!delivery.timed_out) {
        client.consecutive_timeouts = 0;  // FLOW-10: a late answer does not interrupt the row
    }
    client_state* requester = find(delivery.requester);
    if (requester == nullptr && delivery.request_op != opcode::sma) {
        died_ = has(delivery.request_op == opcode::pc ? dies_of_decision_to_lost_asker : dies_of_answer_to_lost_sender);
    }
    if (!delivery.timed_out) {
        settle(delivery, relayed(delivery, code));
    } else if (requester != nullptr && delivery.request_op == opcode::pc && has(late_decision_relayed)) {
        send_code(*requester, code);  // violates FLOW-4
    }
}

/// FLOW-3: ignored.
void model::handle_unmatched_answer(client_state& client, std::uint8_t code) {
    if (has(dies_of_stray_error)) {
        died_ = true;
    } else if (has(stray_error_answered)) {
        send_code(client, code_refused);
    } else if (has(stray_error_closes)) {
        disconnect(client, std::nullopt);
    } else if (!client.pseudo && has(stray_error_before_cr_answered)) {
        send_code(client, code_refused);
    } else if (!client.requests.empty() && has(stray_error_settles_own_request)) {
        client.requests.front().due.push_back(code);
        client.requests.front().settled = true;
        flush(client);
    } else if (has(stray_error_kept) || (client.has_answered && has(surplus_answer_kept))) {
        client.unmatched_answers.push_back(code);
    }
}

bool model::never_times_out(const pending_delivery& delivery) const {
    return (delivery.request_op == opcode::spm &&
            (has(spm_never_times_out) || (has_timed_out_ && has(second_delivery_never_times_out)))) ||
           (delivery.request_op == opcode::pc && has(pc_never_times_out));
}

void model::time_out_deliveries(client_state& recipient) {
    for (;;) {
        const auto place = std::find_if(
            recipient.deliveries.begin(), recipient.deliveries.end(), [&](const pending_delivery& delivery) {
                return !delivery.timed_out && !never_times_out(delivery) && deadline_of(delivery) <= now_;
            });
        if (place == recipient.deliveries.end()) {
            return;
        }
        place->timed_out = true;
        has_timed_out_ = true;
        const pending_delivery delivery = *place;
        // FLOW-4: a delivery that was sent keeps its place. One that was never sent has none.
        if (!delivery.sent || (has(late_answer_answers_next) && delivery.request_op == opcode::spm) ||
            (has(late_answer_to_all_answers_next) && delivery.request_op == opcode::sma) ||
            (has(late_decision_answers_next) && delivery.request_op == opcode::pc)) {
            recipient.deliveries.erase(place);
        }
        recipient.history.has_timed_out = true;
        timed_out(delivery);
        start_timeout(recipient);
        send_next_deliveries(recipient);
        if (!delivery.is_behind_offer || has(timeouts_behind_offer_counted)) {
            ++recipient.consecutive_timeouts;
        }
        if (recipient.consecutive_timeouts >= consecutive_timeouts_max && !follows(variant::silent_users_stay)) {
            disconnect(recipient, std::nullopt);  // FLOW-10
            return;
        }
    }
}

/// PM-8, PC-5, ALL-5: ERROR 4.
void model::timed_out(const pending_delivery& delivery) {
    const bool refused = (delivery.request_op == opcode::spm && has(spm_timeout_gets_refused)) ||
                         (delivery.request_op == opcode::pc && has(pc_timeout_gets_refused));
    const bool ok = delivery.request_op == opcode::sma && has(sma_timeout_counts_as_ok);
    client_state* requester = find(delivery.requester);
    if (delivery.request_op == opcode::sma && requester != nullptr && has(sma_timeout_wins)) {
        for (pending_request& request : requester->requests) {
            request.is_final = request.is_final || request.number == delivery.request;
        }
    }
    settle(delivery, refused ? code_refused : ok ? code_ok : code_unreachable);
}

/// PM-7, PC-4, ALL-5, ALL-9: ERROR 4, at once.
void model::recipient_left(const pending_delivery& delivery, end_reason reason) {
    const bool closed = reason == end_reason::closed;
    const bool reset = reason == end_reason::reset;
    std::uint8_t code = code_unreachable;
    bool unanswered = false;
    switch (delivery.request_op) {
    case opcode::spm:
        unanswered = (closed && has(spm_recipient_closed_unanswered)) ||
                     (reset && has(spm_recipient_reset_unanswered)) ||
                     (reason == end_reason::disconnected && has(spm_recipient_malformed_unanswered));
        code = closed && has(spm_recipient_closed_gets_ok) ? code_ok : code;
        break;
    case opcode::pc:
        unanswered = (closed && has(pc_peer_closed_unanswered)) || (reset && has(pc_peer_reset_unanswered)) ||
                     (reason == end_reason::disconnected && has(pc_peer_malformed_unanswered));
        code = has(pc_peer_gone_gets_refused) ? code_refused : code;
        break;
    default:
        unanswered = (closed && has(sma_waits_for_who_closed)) || (reset && has(sma_waits_for_who_reset)) ||
                     (reason == end_reason::disconnected && has(sma_waits_for_malformed));
        code = has(sma_left_counts_as_ok) ? code_ok : code;
        break;
    }
    if (!unanswered) {
        settle(delivery, code);
    }
}

/// PM-4, PC-3: the recipient's own code.
std::uint8_t model::relayed(const pending_delivery& delivery, std::uint8_t code) const {
    if (delivery.request_op == opcode::spm) {
        if (has(spm_answer_always_ok)) {
            return code_ok;
        }
        if ((code == 1 && has(spm_answer_code_1_becomes_5)) ||
            (code == code_unreachable && has(spm_answer_code_4_becomes_5))) {
            return code_refused;
        }
        return code == 2 && has(spm_answer_code_2_becomes_4) ? code_unreachable : code;
    }
    if (delivery.request_op == opcode::pc) {
        if (has(pc_decision_always_ok)) {
            return code_ok;
        }
        if (code == code_ok && has(pc_acceptance_becomes_refusal)) {
            return code_refused;
        }
        return code == code_refused && has(pc_refusal_becomes_unreachable) ? code_unreachable : code;
    }
    return code;
}

/// The asker gets what has become of its request, if it still waits for it.
void model::settle(const pending_delivery& delivery, std::uint8_t code) {
    client_state* requester = find(delivery.requester);
    if (delivery.request_op == opcode::pc) {
        record_decision(delivery, code);
        client_state* peer = delivery.peer != 0 ? find(delivery.peer) : nullptr;
        if (code == code_ok && requester != nullptr && peer != nullptr && has(acceptance_permits_messages)) {
            requester->send_permissions.push_back(peer->id);
        }
    }
    if (requester == nullptr) {
        return;
    }
    const auto request = std::find_if(requester->requests.begin(), requester->requests.end(),
                                      [&](const pending_request& other) { return other.number == delivery.request; });
    if (request == requester->requests.end()) {
        return;
    }
    switch (delivery.request_op) {
    case opcode::sma: settle_broadcast(*request, code); break;
    case opcode::pc:  // PC-3: the second answer
        if (code == code_refused) {
            refused_offers_.emplace(requester->id, delivery.peer);
        }
        request->due.insert(request->due.end(), has(pc_decision_missing) ? 0 : has(pc_decision_twice) ? 2 : 1, code);
        request->settled = true;
        break;
    default:  // PM-4: exactly one answer
        if (requester->requests.front().op == opcode::sma && has(spm_answers_overtake_sma)) {
            send_code(*requester, code);
            requester->requests.erase(request);
            return;
        }
        request->due.insert(request->due.end(), has(spm_never_answered) ? 0 : has(spm_answered_twice) ? 2 : 1, code);
        request->settled = true;
        break;
    }
    if (settle_out_of_turn(*requester, request)) {
        return;
    }
    flush(*requester);
}

/// ALL-3: one answer, when no recipient is awaited any more.
void model::settle_broadcast(pending_request& request, std::uint8_t code) const {
    request.codes.push_back(code);
    --request.awaited;
    if (has(sma_answered_by_each)) {
        request.due.push_back(code);
        request.settled = request.awaited == 0;
    } else if (request.awaited == 0 || has(sma_answered_at_first_answer) ||
               (request.awaited == 1 && has(sma_answered_before_last))) {
        request.due = {broadcast_code(request)};
        request.settled = true;
    }
}

std::uint8_t model::broadcast_code(const pending_request& request) const {
    const std::vector<std::uint8_t>& codes = request.codes;
    if (request.is_final) {
        return code_unreachable;
    }
    const std::uint8_t highest = *std::max_element(codes.begin(), codes.end());
    if (highest == code_ok) {  // ALL-4
        return has(sma_ok_gets_unreachable) ? code_unreachable : code_ok;
    }
    if (has(sma_any_code_becomes_4) || has(sma_any_code_becomes_5)) {
        return has(sma_any_code_becomes_4) ? code_unreachable : code_refused;
    }
    if (has(sma_unreachable_wins) && std::find(codes.begin(), codes.end(), code_unreachable) != codes.end()) {
        return code_unreachable;
    }
    if (has(sma_first_code_wins)) {
        return codes.front();
    }
    if (has(sma_last_code_wins)) {
        return codes.back();
    }
    if (has(sma_lowest_code_wins)) {
        std::uint8_t lowest = highest;
        for (const std::uint8_t code : codes) {
            lowest = code != code_ok ? std::min(lowest, code) : lowest;
        }
        return lowest;
    }
    return highest;  // ALL-5
}

}  // namespace chatos::conformance
