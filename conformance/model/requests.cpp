// RPM, SPM, SMA and PC, and the order of answers (FLOW-1).
#include "model/model.hpp"

#include <algorithm>
#include <utility>

namespace chatos::conformance {

using enum fault;

namespace {

constexpr std::size_t permissions_min = 1'024;       // PM-6: the minimum that a server remembers
constexpr std::size_t few_permissions = 8;           // too few, by a fault
constexpr std::size_t few_requests = 16;             // too many for a fault
constexpr std::size_t pending_requests_min = 1'024;  // FLOW-5
constexpr std::size_t offers_max = 16;               // PC-8

}  // namespace

model::pending_request& model::open_request(client_state& client, opcode op) {
    pending_request& request = client.requests.emplace_back();
    request.number = next_request_++;
    request.op = op;
    return request;
}

void model::reply(client_state& client, opcode op, error_code code) {
    reply(client, op, std::vector<error_code>{code});
}

void model::reply(client_state& client, opcode op, const std::vector<error_code>& codes) {
    if (overtakes(op, codes.front())) {
        send_code(client, static_cast<std::uint8_t>(codes.front()));
        return;
    }
    pending_request& request = open_request(client, op);
    for (const error_code code : codes) {
        request.due.push_back(static_cast<std::uint8_t>(code));
    }
    request.settled = true;
    flush(client);
}

/// For faults that violate FLOW-1.
bool model::overtakes(opcode op, error_code code) const {
    return (op == opcode::cr && has(cr_answers_overtake)) || (code == error_code::refused && has(refusals_overtake)) ||
           (code == error_code::unreachable && has(unreachable_overtakes));
}

/// FLOW-1: sends settled answers up to the oldest request that is not settled.
void model::flush(client_state& client) {
    for (auto request = client.requests.begin(); request != client.requests.end();) {
        if (!request->judged_late.empty()) {
            request->due = {static_cast<std::uint8_t>(holder_of(request->judged_late) == nullptr ? 4 : 0)};
            request->settled = true;
        }
        for (const std::uint8_t code : std::exchange(request->due, {})) {
            send_code(client, code);
        }
        if (request->settled) {
            request = client.requests.erase(request);
            continue;
        }
        if (!has(answers_when_settled) && !(request->op == opcode::pc && has(later_answers_before_decision))) {
            break;
        }
        ++request;
    }
    if (client.requests.empty() && (client.input_ended || client.closes_when_answered)) {
        close_if_done(client);
    }
}

/// FLOW-6: answers are processed while a request of the client is pending. FLOW-5: so are further requests.
void model::handle(client_state& client, const model_packet& packet) {
    if (!client.pseudo && opens_tunnel_end(client, packet)) {
        return;
    }
    if (packet.op == opcode::error) {
        take_answer(client, packet.code);
    } else if (must_wait(client) || !client.postponed.empty()) {
        client.postponed.push_back(packet);
    } else {
        handle_request(client, packet);
    }
}

bool model::must_wait(const client_state& client) const {
    return (has(one_request_at_a_time) && !client.requests.empty()) ||
           (has(sixteen_requests_at_a_time) && client.requests.size() >= few_requests) ||
           (has(last_request_of_1024_waits) && client.requests.size() >= pending_requests_min - 1) ||
           (has(debts_block_requests) && !client.deliveries.empty()) ||
           (has(pending_sma_blocks) &&
            std::any_of(client.requests.begin(), client.requests.end(),
                        [](const pending_request& request) { return request.op == opcode::sma; })) ||
           (has(pending_offer_blocks) &&
            std::any_of(client.requests.begin(), client.requests.end(),
                        [](const pending_request& request) { return request.op == opcode::pc; }));
}

/// For faults that delay requests.
void model::handle_postponed(client_state& client) {
    const model_packet packet = client.postponed.front();
    client.postponed.pop_front();
    handle_request(client, packet);
}

void model::handle_request(client_state& client, const model_packet& packet) {
    const bool has_message = packet.op == opcode::spm || packet.op == opcode::sma;
    if (packet.op == opcode::spm && packet.message.empty() && has(dies_of_empty_message)) {
        died_ = true;
    } else if (packet.op == opcode::cr) {
        connection_request(client, packet.pseudo);
    } else if (!client.pseudo) {
        early_request(client, packet);
    } else if (has_message && packet.message.empty() && follows(variant::empty_message_refused)) {
        reply(client, packet.op, error_code::refused);  // WIRE-10
    } else if (packet.op == opcode::rpm) {
        request_message(client, packet.pseudo);
    } else if (packet.op == opcode::spm) {
        send_message(client, packet);
    } else if (packet.op == opcode::sma) {
        send_to_all(client, packet.message);
    } else {
        private_connection(client, packet.pseudo);
    }
}

/// PM-1, PM-2, PM-9
void model::request_message(client_state& client, const std::string& pseudo) {
    client_state* recipient = find_user(pseudo);
    if (has(rpm_judged_when_answered) && !client.requests.empty()) {
        open_request(client, opcode::rpm).judged_late = pseudo;
        return;
    }
    if (recipient == nullptr) {
        if (has(refused_rpm_clears_permissions)) {
            client.send_permissions.clear();
        }
        if (left_pseudos_.contains(pseudo) && has(rpm_for_who_left_gets_ok)) {
            reply(client, opcode::rpm, error_code::ok);
            return;
        }
        if (has(refused_rpm_serves)) {
            requested_pseudos_.emplace(client.id, pseudo);
        }
        reply(client, opcode::rpm,
              has(rpm_to_nobody_gets_ok)        ? error_code::ok
              : has(rpm_to_nobody_gets_refused) ? error_code::refused
                                                : error_code::unreachable);
        return;
    }
    if (recipient == &client && follows(variant::self_refused)) {
        reply(client, opcode::rpm, error_code::refused);
        return;
    }
    if (has(rpm_gets_unreachable)) {
        reply(client, opcode::rpm, error_code::unreachable);
        return;
    }
    if (recipient->history.has_refused && has(rpm_after_refused_message_gets_refused)) {
        reply(client, opcode::rpm, error_code::refused);
        return;
    }
    if (!recipient->deliveries.empty() && has(rpm_for_debtor_gets_unreachable)) {
        reply(client, opcode::rpm, error_code::unreachable);
        return;
    }
    if (has(second_rpm_gets_refused) && may_send(client, *recipient)) {
        reply(client, opcode::rpm, error_code::refused);
        return;
    }
    // PM-6, PM-10: the permission is for the session, not for the pseudo.
    std::erase(client.send_permissions, recipient->id);
    if (has(later_rpm_replaces_earlier)) {
        client.send_permissions.clear();
    }
    if (has(rpm_permits_both_ways)) {
        recipient->send_permissions.push_back(client.id);
    }
    client.send_permissions.push_back(recipient->id);
    if (client.send_permissions.size() > (has(eight_permissions_remembered) ? few_permissions : permissions_min)) {
        client.send_permissions.pop_front();
    }
    if (has(rpm_outlives_session)) {
        requested_pseudos_.emplace(client.id, pseudo);
    }
    if (has(rpm_outlives_senders_session)) {
        permissions_by_name_.emplace(client.pseudo.value_or(""), recipient->id);
    }
    if (has(rpm_serves_every_sender)) {
        requested_ids_.insert(recipient->id);
    }
    if (has(rpm_forwarded)) {
        send(*recipient, {opcode::rpm, client.pseudo.value_or(""), "", 0});
    }
    if (has(rpm_answered_twice)) {
        reply(client, opcode::rpm, {error_code::ok, error_code::ok});
    } else {
        reply(client, opcode::rpm, error_code::ok);
    }
    deliver_refused_messages(client, *recipient);
}

bool model::may_send(const client_state& client, const client_state& recipient) const {
    const bool has_permission = std::find(client.send_permissions.begin(), client.send_permissions.end(),
                                          recipient.id) != client.send_permissions.end();
    if (refused_spms_.contains({client.id, recipient.pseudo.value_or("")})) {
        return false;
    }
    return has_permission || has(spm_without_rpm_delivered) ||
           (has(rpm_serves_every_recipient) && !client.send_permissions.empty()) ||
           requested_ids_.contains(recipient.id) || (&client == &recipient && has(spm_to_oneself_without_rpm)) ||
           permissions_by_name_.contains({client.pseudo.value_or(""), recipient.id}) ||
           requested_pseudos_.contains({client.id, recipient.pseudo.value_or("")});
}

/// PM-5: needs a favorable RPM.
void model::send_message(client_state& client, const model_packet& packet) {
    client_state* recipient = find_user(packet.pseudo);
    if (recipient == nullptr) {
        died_ = !client.send_permissions.empty() && has(dies_of_message_to_who_left);
        reply(client, opcode::spm, has(spm_to_nobody_gets_ok) ? error_code::ok : error_code::unreachable);
    } else if (recipient == &client && follows(variant::self_refused)) {  // PM-9
        reply(client, opcode::spm, error_code::refused);
    } else if (!may_send(client, *recipient)) {
        reply(client, opcode::spm, has(spm_without_rpm_gets_ok) ? error_code::ok : error_code::refused);
        if (has(refused_spm_serves_as_rpm)) {
            client.send_permissions.push_back(recipient->id);
        }
        if (has(refused_spm_bars_sender)) {
            refused_spms_.emplace(client.id, packet.pseudo);
        }
        client.history.refused_messages.push_back(packet);
    } else {
        if (follows(variant::rpm_serves_once)) {  // PM-6
            std::erase(client.send_permissions, recipient->id);
        }
        deliver_message(client, *recipient, packet.message);
    }
}

/// PM-3: the unchanged message with the sender's pseudo. PM-4: one answer, once the recipient has given it.
void model::deliver_message(client_state& client, client_state& recipient, std::string message) {
    damage_message(message);
    if (has(spm_not_delivered)) {
        reply(client, opcode::spm, error_code::ok);
        return;
    }
    std::uint64_t number = 0;
    if (has(spm_answered_early)) {
        reply(client, opcode::spm, error_code::ok);
    } else {
        number = open_request(client, opcode::spm).number;
    }
    const model_packet packet{
        opcode::spm, has(spm_names_recipient) ? recipient.pseudo.value_or("") : shown_pseudo(client, opcode::spm),
        std::move(message), 0};
    deliver(recipient, client, number, opcode::spm, packet);
    if (has(spm_permits_reply)) {
        recipient.send_permissions.push_back(client.id);
    }
    for (auto& [id, other] : clients_) {
        if (other.pseudo && id != recipient.id && (id == client.id ? has(spm_echoed) : has(spm_reaches_all))) {
            send(other, packet);
        }
    }
    if (has(spm_delivered_twice)) {
        deliver(recipient, client, 0, opcode::spm, packet);
    }
}

/// ALL-1, ALL-2, ALL-8: to every other user registered now. ALL-3: answered when no recipient is awaited any more.
void model::send_to_all(client_state& client, const std::string& message) {
    std::vector<client_state*> recipients;
    for (auto& [id, other] : clients_) {
        if (!other.closed && other.pseudo && (&other != &client || has(sma_echoed))) {
            recipients.push_back(&other);
        }
    }
    drop_recipients(client, recipients);
    if (client.history.broadcasts++ != 0 && has(second_sma_reaches_nobody)) {
        recipients.clear();
    }
    if (has(sma_clears_permissions)) {
        client.send_permissions.clear();
    }
    model_packet packet{has(sma_relayed_as_sma) ? opcode::sma : opcode::spm, shown_pseudo(client, opcode::sma), message,
                        0};
    damage_broadcast(packet.message);
    send_to_wrong_recipients(client, packet);
    if (recipients.empty() && has(sma_alone_after_leaving_unreachable) && !left_pseudos_.empty()) {
        reply(client, opcode::sma, error_code::unreachable);
        return;
    }
    const bool has_unregistered = std::any_of(clients_.begin(), clients_.end(), [](const auto& entry) {
        return !entry.second.closed && !entry.second.pseudo;
    });
    if (recipients.empty() && has_unregistered && has(sma_alone_waits_for_unregistered)) {
        open_request(client, opcode::sma);
        return;
    }
    if (recipients.empty()) {  // ALL-6
        if (!has(sma_alone_unanswered)) {
            reply(client, opcode::sma, has(sma_alone_gets_unreachable) ? error_code::unreachable : error_code::ok);
        }
        return;
    }
    std::uint64_t number = 0;
    if (has(sma_answered_at_once)) {
        reply(client, opcode::sma, error_code::ok);
    } else {
        pending_request& request = open_request(client, opcode::sma);
        request.awaited = recipients.size();
        number = request.number;
    }
    for (client_state* recipient : recipients) {
        if (has(sma_names_recipient)) {
            packet.pseudo = recipient->pseudo.value_or("");
        }
        if (has(sma_permits_reply)) {
            recipient->send_permissions.push_back(client.id);
        }
        deliver(*recipient, client, number, opcode::sma, packet);
    }
}

/// For faults that violate ALL-7, FLOW-8 or TUN-2.
void model::send_to_wrong_recipients(client_state& client, const model_packet& packet) {
    for (auto& [id, other] : clients_) {
        const bool is_unregistered =
            !other.pseudo && !other.input_ended &&
            (has(sma_reaches_strangers) || (other.refused_pseudo && has(sma_reaches_refused)) ||
             (other.history.spoke_too_early && has(sma_reaches_early_requesters)));
        const bool is_half_closed = !other.pseudo && other.input_ended && has(half_close_still_delivered_to);
        const bool is_in_tunnel = partner_of(other) != nullptr && has(tunnel_end_gets_messages);
        if (&other != &client && (is_unregistered || is_half_closed || is_in_tunnel)) {
            send(other, packet);
        }
    }
}

/// PC-2: no such user. PC-6: to oneself. PC-7: one undecided offer at a time. PC-8: not too many of one user.
void model::private_connection(client_state& client, const std::string& pseudo) {
    client_state* peer = find_user(pseudo);
    if (has(offer_clears_permissions)) {
        client.send_permissions.clear();
    }
    if (peer == nullptr) {
        const bool left = has(pc_for_who_left_gets_ok) && left_pseudos_.contains(pseudo);
        const error_code code = has(pc_to_nobody_gets_ok) || left ? error_code::ok
                                : has(pc_to_nobody_gets_refused)  ? error_code::refused
                                                                  : error_code::unreachable;
        if (has(pc_to_nobody_answered_twice)) {
            reply(client, opcode::pc, {code, code});
        } else {
            reply(client, opcode::pc, code);
        }
        return;
    }
    if (peer == &client && !has(pc_to_oneself_offered)) {
        reply(client, opcode::pc, has(pc_to_oneself_gets_unreachable) ? error_code::unreachable : error_code::refused);
        return;
    }
    const bool has_undecided_offer =
        std::any_of(peer->deliveries.begin(), peer->deliveries.end(), [this](const pending_delivery& delivery) {
            return delivery.request_op == opcode::pc && (!delivery.timed_out || has(pc_after_timeout_refused));
        });
    if ((has_undecided_offer && !follows(variant::offers_wait)) || has_too_many_offers(client) ||
        refuses_offer(client, *peer)) {
        reply(client, opcode::pc, error_code::refused);
        return;
    }
    offer(client, *peer);
}

/// PC-8: counts the client's offers that nobody has decided, wherever they are.
bool model::has_too_many_offers(const client_state& client) const {
    if (follows(variant::offers_without_limit)) {
        return false;
    }
    std::size_t undecided = 0;
    for (const auto& [id, other] : clients_) {
        for (const pending_delivery& delivery : other.deliveries) {
            const bool is_own_offer = delivery.request_op == opcode::pc && delivery.requester == client.id;
            undecided += is_own_offer && !delivery.timed_out ? 1U : 0U;
        }
    }
    return undecided >= (follows(variant::one_offer_at_a_time) ? 1U : offers_max);
}

/// PC-1: ERROR 0 for the asker, PC for the peer. PC-3: the peer's decision is the second answer.
void model::offer(client_state& client, client_state& peer) {
    if (has(pc_not_offered)) {
        reply(client, opcode::pc, error_code::ok);
        return;
    }
    ++client.offers_made;
    pending_request& request = open_request(client, opcode::pc);
    const std::uint64_t number = request.number;
    if (has(pc_first_answer_overtakes)) {
        send_code(client, 0);
    } else if (!has(pc_first_answer_missing)) {
        request.due.push_back(static_cast<std::uint8_t>(error_code::ok));
    }
    if (has(pc_decided_early)) {
        request.due.push_back(static_cast<std::uint8_t>(error_code::ok));
        request.settled = true;
    }
    flush(client);
    record_offer(client, number, peer);
    deliver(peer, client, number, opcode::pc,
            {opcode::pc, (has(pc_names_recipient) ? peer : client).pseudo.value_or(""), "", 0});
}

}  // namespace chatos::conformance
