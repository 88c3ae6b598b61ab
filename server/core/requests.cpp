// What each packet of a client does: rules CONN, PM, ALL and PC, and the order of answers (FLOW-1, FLOW-5).
#include "core/ensure.hpp"
#include "core/server.hpp"

#include <algorithm>

namespace chatos::core {

std::uint32_t server::handle(connection& client, const packet_view& packet) {
    ++statistics_.packets_by_opcode[static_cast<std::size_t>(packet.op)];
    if (client.first_pc_held && packet.op != opcode::pc) {
        answer_held_pc(client);  // TUN-1: no tunnel end after all
    }
    if (packet.op == opcode::error) {
        handle_answer(client, packet.code);  // FLOW-6: even while the client itself waits
        return 0;
    }
    if (draining_) {
        ++statistics_.requests_ignored;  // not accepted; the connection closes once nothing waits for it
        return 0;
    }
    if (packet.op == opcode::cr) {
        handle_cr(client, packet.pseudo);
        return 0;
    }
    if (client.current_phase() == phase::unregistered && packet.op == opcode::pc) {
        handle_unregistered_pc(client, packet.pseudo);
        return 0;
    }
    if (client.current_phase() == phase::unregistered) {
        answer_at_once(client, error_code::refused);  // CONN-8
        return 0;
    }
    switch (packet.op) {
    case opcode::spm: return handle_spm(client, packet);
    case opcode::sma: return handle_sma(client, packet.message);
    case opcode::pc: return handle_pc(client, packet.pseudo);
    default: answer_at_once(client, judge_rpm(client, packet.pseudo)); return 0;
    }
}

void server::handle_cr(connection& client, std::string_view pseudo) {
    const bool held = users_.find(pseudo) != nullptr;
    if (client.current_phase() == phase::user) {
        answer_at_once(client, held ? error_code::pseudo_taken : error_code::refused);  // CONN-7
        return;
    }
    if (users_.size() >= options_.users_max ||
        !address_has_room(client)) {  // CONN-4, CONN-9: checked before the pseudo
        ++statistics_.closed_without_room;
        notify(notice::event::no_room, client);
        answer_at_once(client, error_code::out_of_capacity);
        finish(client);
        return;
    }
    if (held) {
        answer_at_once(client, error_code::pseudo_taken);  // CONN-2, CONN-3: it may try another
        return;
    }
    users_.add(client, pseudo);  // CONN-1
    client.next_broadcast = broadcasts_.end();
    ++client.from_network->users;
    enter(client, phase::user);
    notify(notice::event::registered, client);
    answer_at_once(client, error_code::ok);
}

// ERR-3: one address must not take every place.
bool server::address_has_room(const connection& client) const noexcept {
    const std::uint32_t share =
        options_.users_per_address_max != 0 ? options_.users_per_address_max : (options_.users_max + 1) / 2;
    return !client.shares_apply || client.from_network->users < share;
}

error_code server::judge_rpm(connection& client, std::string_view pseudo) {
    const connection* recipient = users_.find(pseudo);
    if (recipient == nullptr) {
        return error_code::unreachable;  // PM-2
    }
    client.permissions.grant(recipient->id, options_.send_permissions_max);  // PM-6
    return error_code::ok;                                                   // PM-1
}

std::uint32_t server::handle_spm(connection& client, const packet_view& packet) {
    connection* recipient = users_.find(packet.pseudo);  // PM-9: may be the sender itself
    if (recipient == nullptr) {
        answer_at_once(client, error_code::unreachable);  // PM-5
        return 0;
    }
    if (!client.permissions.allows(recipient->id)) {
        answer_at_once(client, error_code::refused);  // PM-5, PM-10
        return 0;
    }
    const frame message = frame::of(make_spm(*client.pseudo, packet.message), options_.packet_limits, &tally_);  // PM-3
    if (!deliver(client, *recipient, message, delivery_kind::message)) {
        answer_at_once(client, error_code::unreachable);
        return 0;
    }
    accept(client, {.waiting = 1});  // PM-4: the answer comes through settle()
    return 1;
}

std::uint32_t server::handle_sma(connection& client, std::string_view message) {
    const auto recipients = static_cast<std::uint32_t>(users_.size() - 1);  // ALL-1, ALL-2, ALL-7, ALL-8
    if (recipients == 0) {
        answer_at_once(client, error_code::ok);  // ALL-6
        return 0;
    }
    broadcasts_.push({.packet = frame::of(make_spm(*client.pseudo, message), options_.packet_limits, &tally_),
                      .sender = client.id,
                      .request_number = client.requests.next_number(),
                      .remaining = recipients + 1});
    accept(client, {.waiting = recipients});  // ALL-3
    deliver_broadcasts(turn_work_left_);
    return recipients;
}

std::uint32_t server::handle_pc(connection& client, std::string_view pseudo) {
    connection* peer = users_.find(pseudo);
    if (peer == nullptr) {
        answer_at_once(client, error_code::unreachable);  // PC-2
        return 0;
    }
    if (peer == &client || peer->deliveries.connection_offered()) {
        answer_at_once(client, error_code::refused);  // PC-6, PC-7
        return 0;
    }
    if (client.offers_undecided >= options_.offers_max) {
        answer_at_once(client, error_code::refused);  // PC-8
        return 0;
    }
    const frame offer = frame::of(make_pc(*client.pseudo), options_.packet_limits, &tally_);
    if (!deliver(client, *peer, offer, delivery_kind::connection_offer)) {
        answer_at_once(client, error_code::unreachable);
        return 0;
    }
    record_offer(client, *peer);  // TUN-3
    ++client.offers_undecided;
    accept(client, {.waiting = 1, .offers_connection = true});  // PC-1 now, PC-3 through settle()
    return 1;
}

void server::accept(connection& client, const request& request) {
    ++statistics_.requests_accepted;
    ++statistics_.requests_pending;
    client.requests.push(request);
    send_due_answers(client);
}

void server::answer_at_once(connection& client, error_code code) {
    accept(client, {.worst = code});
}

// FLOW-1: each request once, in order.
void server::send_due_answers(connection& client) {
    bool any = false;
    while (const auto due = client.requests.take_due()) {
        client.output.push(answers_[static_cast<std::size_t>(due->code)]);
        any = true;
        if (due->last) {
            ++statistics_.requests_answered;
            --statistics_.requests_pending;
        }
    }
    if (any) {
        mark_changed(client);
        finish_if_done(client);
    }
}

}  // namespace chatos::core
