// What RPM, SPM, SMA and PC do, and the places that answers keep in the order of the requests (FLOW-1).
#include "model/model.hpp"

#include <algorithm>
#include <utility>

namespace chatos::conformance {

using enum fault;

namespace {

constexpr std::size_t favourable_max = 1'024;  // PM-6: at least so many are remembered
constexpr std::size_t few_requests = 16;       // what a fault takes for many

}  // namespace

// Places for answers.

model::request& model::open_request(client& who, opcode op) {
    request& made = who.requests.emplace_back();
    made.number = next_request_++;
    made.op = op;
    return made;
}

void model::reply(client& who, opcode op, error_code code) {
    reply(who, op, std::vector<error_code>{code});
}

void model::reply(client& who, opcode op, const std::vector<error_code>& codes) {
    request& made = open_request(who, op);
    for (const error_code code : codes) {
        made.due.push_back(static_cast<std::uint8_t>(code));
    }
    made.settled = true;
    flush(who);
}

/// FLOW-1: what is settled is sent as far as nothing older is still open.
void model::flush(client& who) {
    for (auto at = who.requests.begin(); at != who.requests.end();) {
        for (const std::uint8_t code : std::exchange(at->due, {})) {
            send_code(who, code);
        }
        if (at->settled) {
            at = who.requests.erase(at);
            continue;
        }
        if (!broken(answers_when_settled) && !(at->op == opcode::pc && broken(later_answers_before_decision))) {
            break;
        }
        ++at;
    }
    if (who.requests.empty() && (who.input_ended || who.condemned)) {
        close_if_done(who);
    }
}

// Which request it is.

/// FLOW-6: answers are taken whatever the client itself waits for. FLOW-5: so are its further requests.
void model::handle(client& who, const model_packet& packet) {
    if (!who.pseudo && opens_tunnel_end(who, packet)) {
        return;
    }
    if (packet.op == opcode::error) {
        take_answer(who, packet.code);
    } else if (must_wait(who) || !who.postponed.empty()) {
        who.postponed.push_back(packet);
    } else {
        handle_request(who, packet);
    }
}

bool model::must_wait(const client& who) const {
    return (broken(one_request_at_a_time) && !who.requests.empty()) ||
           (broken(sixteen_requests_at_a_time) && who.requests.size() >= few_requests);
}

/// Only faults let requests wait.
void model::handle_postponed(client& who) {
    const model_packet packet = who.postponed.front();
    who.postponed.pop_front();
    handle_request(who, packet);
}

void model::handle_request(client& who, const model_packet& packet) {
    const bool has_message = packet.op == opcode::spm || packet.op == opcode::sma;
    if (packet.op == opcode::spm && packet.message.empty() && broken(dies_of_empty_message)) {
        died_ = true;
    } else if (packet.op == opcode::cr) {
        connection_request(who, packet.pseudo);
    } else if (!who.pseudo) {
        early_request(who, packet);
    } else if (has_message && packet.message.empty() && follows(variant::empty_message_refused)) {
        reply(who, packet.op, error_code::refused);  // WIRE-10
    } else if (packet.op == opcode::rpm) {
        request_message(who, packet.pseudo);
    } else if (packet.op == opcode::spm) {
        send_message(who, packet);
    } else if (packet.op == opcode::sma) {
        send_to_all(who, packet.message);
    } else {
        private_connection(who, packet.pseudo);
    }
}

// RPM and SPM: personal messages.

/// PM-1, PM-2; PM-9 for oneself.
void model::request_message(client& who, const std::string& pseudo) {
    client* recipient = find_user(pseudo);
    if (recipient == nullptr) {
        if (broken(refused_rpm_serves)) {
            asked_pseudos_.emplace(who.id, pseudo);
        }
        reply(who, opcode::rpm,
              broken(rpm_to_nobody_gets_ok)        ? error_code::ok
              : broken(rpm_to_nobody_gets_refused) ? error_code::refused
                                                   : error_code::unreachable);
        return;
    }
    if (recipient == &who && follows(variant::self_refused)) {
        reply(who, opcode::rpm, error_code::refused);
        return;
    }
    if (broken(rpm_gets_unreachable)) {
        reply(who, opcode::rpm, error_code::unreachable);
        return;
    }
    // PM-6, PM-10: what is remembered is the session, not the pseudo.
    std::erase(who.may_write_to, recipient->id);
    who.may_write_to.push_back(recipient->id);
    if (who.may_write_to.size() > favourable_max) {
        who.may_write_to.pop_front();
    }
    if (broken(rpm_outlives_session)) {
        asked_pseudos_.emplace(who.id, pseudo);
    }
    if (broken(rpm_serves_every_sender)) {
        asked_for_.insert(recipient->id);
    }
    if (broken(rpm_forwarded)) {
        send(*recipient, {opcode::rpm, who.pseudo.value_or(""), "", 0});
    }
    if (broken(rpm_answered_twice)) {
        reply(who, opcode::rpm, {error_code::ok, error_code::ok});
    } else {
        reply(who, opcode::rpm, error_code::ok);
    }
}

bool model::may_write(const client& who, const client& recipient) const {
    const bool favourable =
        std::find(who.may_write_to.begin(), who.may_write_to.end(), recipient.id) != who.may_write_to.end();
    return favourable || broken(spm_without_rpm_delivered) ||
           (broken(rpm_serves_every_recipient) && !who.may_write_to.empty()) || asked_for_.contains(recipient.id) ||
           asked_pseudos_.contains({who.id, recipient.pseudo.value_or("")});
}

/// PM-5: only after a favourable RPM.
void model::send_message(client& who, const model_packet& packet) {
    client* recipient = find_user(packet.pseudo);
    if (recipient == nullptr) {
        died_ = !who.may_write_to.empty() && broken(dies_of_message_to_who_left);
        reply(who, opcode::spm, broken(spm_to_nobody_gets_ok) ? error_code::ok : error_code::unreachable);
    } else if (recipient == &who && follows(variant::self_refused)) {  // PM-9
        reply(who, opcode::spm, error_code::refused);
    } else if (!may_write(who, *recipient)) {
        reply(who, opcode::spm, broken(spm_without_rpm_gets_ok) ? error_code::ok : error_code::refused);
    } else {
        if (follows(variant::rpm_serves_once)) {  // PM-6
            std::erase(who.may_write_to, recipient->id);
        }
        deliver_message(who, *recipient, packet.message);
    }
}

/// PM-3: the message as it is, with the sender's pseudo. PM-4: one answer, when the recipient has given it.
void model::deliver_message(client& who, client& recipient, std::string message) {
    if (broken(message_cut_at_nul)) {
        message.resize(std::min(message.size(), message.find('\0')));
    }
    if (broken(message_cut_at_1000_bytes)) {
        message.resize(std::min<std::size_t>(message.size(), 1'000));
    }
    if (broken(line_breaks_replaced)) {
        std::replace(message.begin(), message.end(), '\n', ' ');
    }
    if (broken(byte_order_mark_dropped)) {
        const std::size_t mark = message.find("\xEF\xBB\xBF");
        message.erase(std::min(mark, message.size()), 3);
    }
    if (broken(spm_not_delivered)) {
        reply(who, opcode::spm, error_code::ok);
        return;
    }
    std::uint64_t number = 0;
    if (broken(spm_answered_early)) {
        reply(who, opcode::spm, error_code::ok);
    } else {
        number = open_request(who, opcode::spm).number;
    }
    const model_packet packet{opcode::spm, (broken(spm_names_recipient) ? recipient : who).pseudo.value_or(""),
                              std::move(message), 0};
    deliver(recipient, who, number, opcode::spm, packet);
    if (broken(spm_delivered_twice)) {
        deliver(recipient, who, 0, opcode::spm, packet);
    }
}

// SMA: to everybody.

/// ALL-1, ALL-2, ALL-8: to everybody else who is registered now. ALL-3: answered when nobody is awaited any more.
void model::send_to_all(client& who, const std::string& message) {
    std::vector<client*> recipients;
    for (auto& [id, other] : clients_) {
        if (!other.closed && other.pseudo && (&other != &who || broken(sma_echoed))) {
            recipients.push_back(&other);
        }
    }
    if (recipients.size() > 1 && broken(sma_reaches_one)) {
        recipients.erase(recipients.begin() + 1, recipients.end());
    }
    if (recipients.size() > 1 && broken(sma_misses_newest)) {
        recipients.pop_back();
    }
    model_packet packet{broken(sma_relayed_as_sma) ? opcode::sma : opcode::spm, who.pseudo.value_or(""), message, 0};
    send_to_who_should_not_get_it(who, packet);
    if (recipients.empty()) {  // ALL-6
        if (!broken(sma_alone_unanswered)) {
            reply(who, opcode::sma, broken(sma_alone_gets_unreachable) ? error_code::unreachable : error_code::ok);
        }
        return;
    }
    std::uint64_t number = 0;
    if (broken(sma_answered_at_once)) {
        reply(who, opcode::sma, error_code::ok);
    } else {
        request& made = open_request(who, opcode::sma);
        made.awaited = recipients.size();
        number = made.number;
    }
    for (client* recipient : recipients) {
        if (broken(sma_names_recipient)) {
            packet.pseudo = recipient->pseudo.value_or("");
        }
        deliver(*recipient, who, number, opcode::sma, packet);
    }
}

/// Nobody who is not registered gets a message (ALL-7), nor anybody whose session has ended (FLOW-8); faults apart.
void model::send_to_who_should_not_get_it(client& who, const model_packet& packet) {
    for (auto& [id, other] : clients_) {
        const bool stranger = !other.pseudo && !other.input_ended && broken(sma_reaches_strangers);
        const bool half_closed = !other.pseudo && other.input_ended && broken(half_close_still_delivered_to);
        const bool in_tunnel = partner_of(other) != nullptr && broken(tunnel_end_gets_messages);
        if (&other != &who && (stranger || half_closed || in_tunnel)) {
            send(other, packet);
        }
    }
}

/// ALL-8: who comes later gets nothing; a fault apart.
void model::send_to_latecomer(client& late) {
    std::map<std::uint64_t, delivery> unanswered;
    for (const auto& [id, other] : clients_) {
        for (const delivery& one : other.owed) {
            if (one.asked == opcode::sma && !one.timed_out) {
                unanswered.emplace(one.request, one);
            }
        }
    }
    for (const auto& [number, one] : unanswered) {
        client* asker = find(one.asker);
        if (asker == nullptr) {
            continue;
        }
        for (request& asked : asker->requests) {
            if (asked.number == number) {
                ++asked.awaited;
                deliver(late, *asker, number, opcode::sma, one.packet);
            }
        }
    }
}

// PC: private connections.

/// PC-2: nobody there. PC-6: oneself. PC-7: one undecided offer at a time.
void model::private_connection(client& who, const std::string& pseudo) {
    client* peer = find_user(pseudo);
    if (peer == nullptr) {
        const error_code code = broken(pc_to_nobody_gets_ok)        ? error_code::ok
                                : broken(pc_to_nobody_gets_refused) ? error_code::refused
                                                                    : error_code::unreachable;
        if (broken(pc_to_nobody_answered_twice)) {
            reply(who, opcode::pc, {code, code});
        } else {
            reply(who, opcode::pc, code);
        }
        return;
    }
    if (peer == &who && !broken(pc_to_oneself_offered)) {
        reply(who, opcode::pc, broken(pc_to_oneself_gets_unreachable) ? error_code::unreachable : error_code::refused);
        return;
    }
    const bool undecided = std::any_of(peer->owed.begin(), peer->owed.end(),
                                       [](const delivery& one) { return one.asked == opcode::pc && !one.timed_out; });
    if (undecided && !follows(variant::offers_wait)) {
        reply(who, opcode::pc, error_code::refused);
        return;
    }
    offer(who, *peer);
}

/// PC-1: ERROR 0 for the asker, PC for the peer. PC-3: the peer's decision is the second answer.
void model::offer(client& who, client& peer) {
    if (broken(pc_not_offered)) {
        reply(who, opcode::pc, error_code::ok);
        return;
    }
    request& made = open_request(who, opcode::pc);
    const std::uint64_t number = made.number;
    if (!broken(pc_first_answer_missing)) {
        made.due.push_back(static_cast<std::uint8_t>(error_code::ok));
    }
    if (broken(pc_decided_early)) {
        made.due.push_back(static_cast<std::uint8_t>(error_code::ok));
        made.settled = true;
    }
    flush(who);
    note_offer(who, number, peer);
    deliver(peer, who, number, opcode::pc,
            {opcode::pc, (broken(pc_names_recipient) ? peer : who).pseudo.value_or(""), "", 0});
}

}  // namespace chatos::conformance
