// Answers to deliveries: rules FLOW-2 to FLOW-4, FLOW-7 and FLOW-10, and the effects of an answer (PM-4, PM-7,
// PM-8, ALL-3 to ALL-5, ALL-9, PC-3 to PC-5). Every delivery passes through settle() exactly once.
#include "core/ensure.hpp"
#include "core/server.hpp"

#include <algorithm>

namespace chatos::core {

// Others wait for an answer of this client, to a delivery that was made or is to come.
bool server::owes_answers(const connection& client) const noexcept {
    return client.deliveries.waiting() != 0 ||
           (client.current_phase() == phase::user && client.next_broadcast != broadcasts_.end());
}

void server::handle_answer(connection& client, error_code code) {
    using kind = delivery_ring::attribution::kind;
    const auto [to, answered] = client.deliveries.take_answered(now_);  // FLOW-2
    switch (to) {
    case kind::nothing: ++statistics_.answers_unasked; return;  // FLOW-3
    case kind::late: ++statistics_.answers_late; return;        // FLOW-4
    case kind::waiting: break;
    }
    client.timeouts_in_a_row = 0;
    statistics_.answer_times.add(now_ - answered.sent);
    // A message, which has less time, may follow an offer. Deliveries of one kind expire in order.
    if (client.deliveries.waiting() != 0 && client.deliveries.waiting_at(0).kind != answered.kind) {
        arm_timer(client);
    }
    settle(answered, code, settled_by::answer);
    finish_if_done(client);
}

void server::settle(const delivery& done, error_code code, settled_by cause) {
    --statistics_.deliveries_waiting;
    switch (cause) {
    case settled_by::answer: ++statistics_.deliveries_answered; break;
    case settled_by::timeout: ++statistics_.deliveries_timed_out; break;
    case settled_by::departure: ++statistics_.deliveries_recipient_left; break;
    }
    if (done.kind == delivery_kind::connection_offer) {
        record_decision(done, code);  // TUN-1, TUN-4
        if (connection* asking = connections_.find(done.sender)) {
            --asking->offers_undecided;  // PC-8
        }
    }
    settle_request(done.sender, done.request_number, code);
}

// PM-4, PC-3: the recipient's own code; ALL-5: the highest code of all. The answer is dropped when the sender is gone
// or has abandoned its requests (ERR-2).
void server::settle_request(connection_id sender_id, std::uint32_t request_number, error_code code) {
    connection* sender = connections_.find(sender_id);
    request* request = sender == nullptr ? nullptr : sender->requests.find(request_number);
    if (request == nullptr) {
        return;
    }
    ensure(request->waiting != 0);
    --request->waiting;
    request->worst = std::max(request->worst, code);
    if (request->waiting == 0) {
        send_due_answers(*sender);
    }
}

// PM-8, PC-5, FLOW-7. The entry stays until the late answer comes (FLOW-4), so a client that never answers is closed
// before its entries run out (FLOW-10). It answers in order, so what was sent behind an undecided offer is not its
// fault.
void server::time_out_oldest_delivery(connection& recipient) {
    const delivery done = recipient.deliveries.time_out_oldest(now_);
    settle(done, error_code::unreachable, settled_by::timeout);
    recipient.timeouts_in_a_row += done.follows_offer ? 0U : 1U;
    if (recipient.timeouts_in_a_row >= options_.timeouts_in_a_row_max && recipient.is_open()) {
        ++statistics_.closed_unresponsive;
        notify(notice::event::unresponsive, recipient);
        abandon_requests(recipient);
        finish(recipient);
    } else {
        finish_if_done(recipient);
    }
}

}  // namespace chatos::core
