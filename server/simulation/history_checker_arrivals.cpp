// What reaches a client: is it an answer to its oldest request, and the right one (FLOW-1)? Is it a delivery that this
// client may receive, for the first time, unchanged?
#include "simulation/history_checker.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace chatos::core::simulation {

namespace {

std::optional<std::uint16_t> number_of(std::string_view pseudo, std::size_t users) {
    std::uint16_t number = 0;
    if (!pseudo.starts_with("user")) {
        return std::nullopt;
    }
    const auto [end, error] = std::from_chars(pseudo.data() + 4, pseudo.data() + pseudo.size(), number);
    const bool padded = pseudo.size() > 5 && pseudo[4] == '0';
    if (error != std::errc{} || end != pseudo.data() + pseudo.size() || number >= users || padded) {
        return std::nullopt;
    }
    return number;
}

std::optional<std::uint32_t> serial_of(std::string_view message) {
    if (message.size() < 8) {
        return std::nullopt;  // too short for a serial
    }
    std::uint32_t serial = 0;
    for (const char digit : message.substr(0, 8)) {
        if (digit < 'a' || digit > 'p') {
            return std::nullopt;
        }
        serial = (serial << 4U) | static_cast<std::uint32_t>(digit - 'a');
    }
    return serial;
}

}  // namespace

std::string history_checker::about(std::uint16_t index) const {
    const actor& client = actors[index];
    std::string text = "actor " + std::to_string(index);
    if (client.was_registered) {
        text.append(client.registered ? ", user " : ", once ").append(pseudo_text(client.pseudo));
    }
    return text.append(", step ").append(std::to_string(step_));
}

void history_checker::arrives(std::uint16_t index, const packet_view& packet) {
    actors[index].last_is_refusal = packet == make_error(error_code::refused);
    switch (packet.op) {
    case opcode::error: take_answer(index, packet.code); break;
    case opcode::spm: take_message(index, packet); break;
    case opcode::pc: take_offer(index, packet.pseudo); break;
    default: fail("a server sends SPM, PC and ERROR only", about(index)); break;
    }
    if (actors[index].owed.size() > bounds_.deliveries_unanswered_max + actors[index].answers_on_the_way) {
        fail("more unanswered deliveries than the bound", about(index));
    }
}

void history_checker::take_answer(std::uint16_t index, error_code code) {
    actor& client = actors[index];
    if (client.final_refusal) {
        fail("ERR-2: a packet follows the last ERROR", about(index));
    }
    if (client.requests.empty()) {
        if (!client.cut || code != error_code::refused) {
            fail("FLOW-1: an answer to no request", about(index) + ", ERROR " + std::to_string(static_cast<int>(code)));
        }
        client.final_refusal = true;
        return;
    }
    asked_request& oldest = client.requests.front();
    if (oldest.kind == opcode::pc && !oldest.first_answered && code == error_code::ok) {
        if (!oldest.by_unregistered && oldest.pseudo == client.pseudo) {
            fail("PC-6: a connection to oneself", about(index));
        }
        oldest.first_answered = true;
        if (record* record = find(oldest.serial)) {
            record->reached = true;
        }
        return;
    }
    const asked_request answered = client.requests.pop_front();
    if (record* record = find(answered.serial)) {
        record->finished = true;
    }
    if (client.unsure || (client.cut && code == error_code::refused)) {
        return;  // either the final ERROR 5 or an answer
    }
    if (code == error_code::refused && answered.by_unregistered && answered.kind != opcode::cr) {
        return;  // CONN-8
    }
    switch (answered.kind) {
    case opcode::cr: judge_claim(index, answered, code); break;
    case opcode::rpm: judge_question(answered, code); break;
    default: judge_message(index, answered, code); break;
    }
}

void history_checker::judge_claim(std::uint16_t index, const asked_request& claim, error_code code) {
    actor& client = actors[index];
    bool right = false;
    switch (code) {
    case error_code::ok:
        right = client.was_registered && !client.welcomed && client.pseudo == claim.pseudo;
        client.welcomed = true;
        break;
    case error_code::pseudo_taken: right = held_since(claim.pseudo, claim.step); break;
    case error_code::out_of_capacity:
        right = !client.welcomed && (users_ >= bounds_.users_max || full_step_ >= claim.step || may_hold_ != 0);
        break;
    case error_code::refused: right = client.welcomed && free_since(claim.pseudo, claim.step); break;
    case error_code::unreachable: break;
    }
    if (!right) {
        fail("CONN: a claim has the wrong answer", about(index) + ", CR " + pseudo_text(claim.pseudo) + " has ERROR " +
                                                       std::to_string(static_cast<int>(code)));
    }
}

void history_checker::judge_question(const asked_request& question, error_code code) {
    const bool right = code == error_code::ok
                           ? held_since(question.pseudo, question.step)
                           : code == error_code::unreachable && free_since(question.pseudo, question.step);
    if (!right) {
        fail("PM-1, PM-2: a question has the wrong answer",
             "RPM " + pseudo_text(question.pseudo) + " has ERROR " + std::to_string(static_cast<int>(code)));
    }
}

void history_checker::judge_message(std::uint16_t index, const asked_request& request, error_code code) {
    const record* record = find(request.serial);
    const auto given = static_cast<std::uint8_t>(code);
    const bool told_apart =
        record != nullptr && !record->ambiguous && (record->kind == opcode::pc || record->length >= 8);
    if (!told_apart || (request.kind == opcode::pc && !request.first_answered)) {
        return;
    }
    const bool failed_before = failed();
    if (request.kind == opcode::sma) {
        judge_broadcast(*record, given);
    } else {
        judge_one(*record, given);
    }
    if (failed() && !failed_before) {
        first_.detail = about(index) + ", request " + std::to_string(record->serial) + ": ERROR " +
                        std::to_string(given) + ", seen by " + std::to_string(record->arrived) + ", answered by " +
                        std::to_string(record->answered) + ", highest code " + std::to_string(record->worst) +
                        (record->expected == not_known ? "" : ", recipients " + std::to_string(record->expected));
    }
}

// Whether a 4 has a cause other than a recipient that answered 4.
bool history_checker::may_have_failed(const record& record) const {
    const auto limit = record.kind == opcode::pc ? bounds_.pc_timeout : bounds_.answer_timeout;
    if (draining_ || record.order == 0 || now_ >= record.handed + limit) {
        return true;
    }
    if (record.kind == opcode::sma) {
        return departures_ != record.departures || without_room_() != record.without_room;
    }
    if (without_room_() != record.without_room) {
        return true;
    }
    const actor& target = actors[record.target];
    return !record.target_held || !target.registered || target.session != record.target_session;
}

// PM-4, PC-3.
void history_checker::judge_one(const record& record, std::uint8_t code) {
    if (record.answered != 0 && record.worst == code) {
        return;
    }
    const bool in_time = record.answered != 0 && !record.late && !draining_;
    const bool favoured = record.permitted_session != 0 && record.permitted_session == record.target_session;
    if (code == 4 ? in_time || !may_have_failed(record)
                  : code != 5 || record.arrived != 0 || record.kind == opcode::pc || (favoured && record.order != 0)) {
        fail(record.kind == opcode::pc ? "PC-3: the decision is not the peer's"
                                       : "PM-4: the answer is not the recipient's",
             {});
    }
}

// ALL-3 to ALL-5.
void history_checker::judge_broadcast(const record& record, std::uint8_t code) {
    if (record.expected == not_known) {
        return;
    }
    if (record.answered > record.expected || (!record.late && record.worst > std::max<std::uint8_t>(code, 4)) ||
        (code == 5 && record.worst != 5)) {
        fail("ALL-5: the answer is not the highest code", {});
    }
    const bool complete = record.answered == record.expected;
    if (complete && !record.late && code != record.worst && !draining_) {
        fail("ALL-5: the answer is not the highest code", {});
    }
    if (!complete && (code < 4 || !may_have_failed(record))) {
        fail("ALL-3: the answer comes before every recipient's", {});
    }
}

// ALL-7, ALL-8, FLOW-8: only a user at the time when the request was processed receives it. What was processed in order
// arrives in order.
bool history_checker::fits(const record& record, std::uint16_t index) {
    actor& client = actors[index];
    if (record.order == 0) {
        return true;
    }
    if (record.order <= client.registered_order || record.order > client.ended_order) {
        fail("ALL-8: a delivery to a client that was not registered when it was made", about(index));
        return false;
    }
    if (record.order <= client.last_order) {
        fail(record.order == client.last_order ? "a delivery arrives twice" : "FLOW-5: deliveries arrive out of order",
             about(index));
        return false;
    }
    client.last_order = record.order;
    return true;
}

bool history_checker::first_time(const record& record, std::uint16_t index) {
    if (record.kind != opcode::sma) {
        return record.arrived == 0;
    }
    if (broadcasts_ - record.broadcast >= broadcasts_max) {
        return true;  // too long ago to tell
    }
    std::uint64_t& word = have_seen_[record.broadcast % broadcasts_max * seen_words_ + index / 64U];
    const std::uint64_t bit = std::uint64_t{1} << (index % 64U);
    const bool first = (word & bit) == 0;
    word |= bit;
    return first;
}

void history_checker::take_message(std::uint16_t index, const packet_view& packet) {
    actor& client = actors[index];
    const auto serial = serial_of(packet.message);
    client.owed.push_back({.serial = serial.value_or(0), .kind = opcode::spm});
    if (!client.was_registered) {
        fail("ALL-7: a delivery to an unregistered client", about(index));
        return;
    }
    const auto sender = number_of(packet.pseudo, actors.size());
    record* record = serial ? find(*serial) : nullptr;
    const bool changed = record != nullptr && (!is_message(packet.message, record->serial, record->length) ||
                                               (!record->permission_unknown && record->sender_pseudo != sender));
    if (!sender || (!serial && packet.message.size() >= 8) || changed) {
        fail("PM-3: the message or its sender is not what was sent", about(index));
        return;
    }
    if (record == nullptr) {
        return;  // too short, or too late to be remembered
    }
    if (!first_time(*record, index)) {
        fail("a delivery arrives twice", about(index));
        return;
    }
    if (!fits(*record, index)) {
        return;
    }
    ++record->arrived;
    if (record->kind == opcode::sma) {
        if (record->sender == index && record->sender_session == client.session) {
            fail("ALL-2: a sender receives its own message", about(index));
        }
        return;
    }
    if (record->target_pseudo != client.pseudo) {
        fail("PM-3: a message reaches another user", about(index));
    }
    if (record->permitted_session != not_known && !record->permission_unknown &&
        record->permitted_session != client.session) {
        fail("PM-5, PM-10: a message without a favourable RPM is delivered", about(index));
    }
}

void history_checker::take_offer(std::uint16_t index, std::string_view sender) {
    actor& client = actors[index];
    if (!client.was_registered) {
        fail("ALL-7: a delivery to an unregistered client", about(index));
    }
    const auto from = number_of(sender, actors.size());
    const std::uint32_t serial = from ? offers_[*from * actors.size() + client.pseudo] : 0;
    client.owed.push_back({.serial = serial, .kind = opcode::pc});
    if (serial == 0) {
        fail("PC-1: an offer that no user made", about(index));
        return;
    }
    record* record = find(serial);
    if (record == nullptr || record->ambiguous) {
        return;
    }
    if (record->target_session != client.session) {
        record->ambiguous = true;  // an older one that is forgotten, or made before this user registered
        return;
    }
    if (record->arrived != 0) {
        fail("a delivery arrives twice", about(index));
        return;
    }
    if (fits(*record, index)) {
        ++record->arrived;
    }
}

// FLOW-8: a well-behaved client is not closed with a request unanswered.
void history_checker::saw_end(std::uint16_t index) {
    actor& client = actors[index];
    client.saw_end = true;
    if (!client.requests.empty() && !client.cut && !client.unsure) {
        fail("FLOW-8: closed with an answer still due", about(index));
    }
    if (client.refused && !client.last_is_refusal) {
        fail("ERR-2, ERR-4: closed without a last ERROR 5", about(index));
    }
    if (!client.ended && !client.cut && !draining_) {
        fail("closed without a reason", about(index));
    }
    session_over(index);
}

}  // namespace chatos::core::simulation
