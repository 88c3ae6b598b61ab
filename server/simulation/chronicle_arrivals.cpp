// What reaches a client: is it an answer to its oldest request, and the right one (FLOW-1)? Is it a delivery that this
// client may receive, for the first time, unchanged?
#include "simulation/chronicle.hpp"

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
        return std::nullopt;  // too short to tell
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

std::string chronicle::about(std::uint16_t who) const {
    const actor& one = actors[who];
    std::string text = "actor " + std::to_string(who);
    if (one.was_registered) {
        text.append(one.registered ? ", user " : ", once ").append(pseudo_text(one.pseudo));
    }
    return text.append(", step ").append(std::to_string(step_));
}

void chronicle::arrives(std::uint16_t who, const packet_view& packet) {
    actors[who].heard_refusal = packet == make_error(error_code::refused);
    switch (packet.op) {
    case opcode::error: take_answer(who, packet.code); break;
    case opcode::spm: take_message(who, packet); break;
    case opcode::pc: take_offer(who, packet.pseudo); break;
    default: fail("a server sends SPM, PC and ERROR only", about(who)); break;
    }
    if (actors[who].owed.size() > bounds_.deliveries_unanswered_max + actors[who].answers_on_the_way) {
        fail("more deliveries that are not answered than the bound", about(who));
    }
}

void chronicle::take_answer(std::uint16_t who, error_code code) {
    actor& one = actors[who];
    if (one.final_refusal) {
        fail("ERR-2: something comes after the last ERROR", about(who));
    }
    if (one.asked.empty()) {
        if (!one.cut || code != error_code::refused) {
            fail("FLOW-1: an answer to no request", about(who) + ", ERROR " + std::to_string(static_cast<int>(code)));
        }
        one.final_refusal = true;
        return;
    }
    asked_request& oldest = one.asked.front();
    if (oldest.kind == opcode::pc && !oldest.first_answered && code == error_code::ok) {
        if (!oldest.by_stranger && oldest.pseudo == one.pseudo) {
            fail("PC-6: a connection to oneself", about(who));
        }
        oldest.first_answered = true;
        if (record* made = find(oldest.serial)) {
            made->reached = true;
        }
        return;
    }
    const asked_request answered = one.asked.pop_front();
    if (record* made = find(answered.serial)) {
        made->finished = true;
    }
    if (one.unsure || (one.cut && code == error_code::refused)) {
        return;  // perhaps the last word, perhaps an answer
    }
    if (code == error_code::refused && answered.by_stranger && answered.kind != opcode::cr) {
        return;  // CONN-8
    }
    switch (answered.kind) {
    case opcode::cr: judge_claim(who, answered, code); break;
    case opcode::rpm: judge_question(answered, code); break;
    default: judge_message(who, answered, code); break;
    }
}

void chronicle::judge_claim(std::uint16_t who, const asked_request& claim, error_code code) {
    actor& one = actors[who];
    bool right = false;
    switch (code) {
    case error_code::ok:
        right = one.was_registered && !one.heard && one.pseudo == claim.pseudo;
        one.heard = true;
        break;
    case error_code::pseudo_taken: right = held_since(claim.pseudo, claim.step); break;
    case error_code::out_of_capacity:
        right = !one.heard && (users_ >= bounds_.users_max || full_step_ >= claim.step || may_hold_ != 0);
        break;
    case error_code::refused: right = one.heard && free_since(claim.pseudo, claim.step); break;
    case error_code::unreachable: break;
    }
    if (!right) {
        fail("CONN: a claim has the wrong answer",
             about(who) + ", CR " + pseudo_text(claim.pseudo) + " has ERROR " + std::to_string(static_cast<int>(code)));
    }
}

void chronicle::judge_question(const asked_request& question, error_code code) {
    const bool right = code == error_code::ok
                           ? held_since(question.pseudo, question.step)
                           : code == error_code::unreachable && free_since(question.pseudo, question.step);
    if (!right) {
        fail("PM-1, PM-2: a question has the wrong answer",
             "RPM " + pseudo_text(question.pseudo) + " has ERROR " + std::to_string(static_cast<int>(code)));
    }
}

void chronicle::judge_message(std::uint16_t who, const asked_request& request, error_code code) {
    const record* made = find(request.serial);
    const auto given = static_cast<std::uint8_t>(code);
    const bool told_apart = made != nullptr && !made->blurred && (made->kind == opcode::pc || made->length >= 8);
    if (!told_apart || (request.kind == opcode::pc && !request.first_answered)) {
        return;
    }
    const bool failed_before = failed();
    if (request.kind == opcode::sma) {
        judge_broadcast(*made, given);
    } else {
        judge_one(*made, given);
    }
    if (failed() && !failed_before) {
        first_.detail = about(who) + ", request " + std::to_string(made->serial) + ": ERROR " + std::to_string(given) +
                        ", seen by " + std::to_string(made->seen) + ", answered by " + std::to_string(made->answered) +
                        ", highest code " + std::to_string(made->worst) +
                        (made->expected == not_known ? "" : ", recipients " + std::to_string(made->expected));
    }
}

// Whether a 4 has a cause beside a recipient who said so.
bool chronicle::may_have_failed(const record& made) const {
    const auto limit = made.kind == opcode::pc ? bounds_.pc_timeout : bounds_.answer_timeout;
    if (draining_ || made.order == 0 || now_ >= made.handed + limit) {
        return true;
    }
    if (made.kind == opcode::sma) {
        return departures_ != made.departures || without_room_() != made.without_room;
    }
    if (without_room_() != made.without_room) {
        return true;
    }
    const actor& target = actors[made.target];
    return !made.target_held || !target.registered || target.session != made.target_session;
}

// PM-4, PC-3.
void chronicle::judge_one(const record& made, std::uint8_t code) {
    if (made.answered != 0 && made.worst == code) {
        return;
    }
    const bool in_time = made.answered != 0 && !made.late && !draining_;
    const bool favoured = made.favoured_session != 0 && made.favoured_session == made.target_session;
    if (code == 4 ? in_time || !may_have_failed(made)
                  : code != 5 || made.seen != 0 || made.kind == opcode::pc || (favoured && made.order != 0)) {
        fail(made.kind == opcode::pc ? "PC-3: the decision is not the peer's"
                                     : "PM-4: the answer is not the recipient's",
             {});
    }
}

// ALL-3 to ALL-5.
void chronicle::judge_broadcast(const record& made, std::uint8_t code) {
    if (made.expected == not_known) {
        return;
    }
    if (made.answered > made.expected || (!made.late && made.worst > std::max<std::uint8_t>(code, 4)) ||
        (code == 5 && made.worst != 5)) {
        fail("ALL-5: the answer is not the highest code", {});
    }
    const bool complete = made.answered == made.expected;
    if (complete && !made.late && code != made.worst && !draining_) {
        fail("ALL-5: the answer is not the highest code", {});
    }
    if (!complete && (code < 4 || !may_have_failed(made))) {
        fail("ALL-3: the answer comes before every recipient's", {});
    }
}

// ALL-7, ALL-8, FLOW-8: only who was a user when the request was processed. What was processed in order arrives in
// order.
bool chronicle::fits(const record& made, std::uint16_t who) {
    actor& one = actors[who];
    if (made.order == 0) {
        return true;
    }
    if (made.order <= one.registered_order || made.order > one.ended_order) {
        fail("ALL-8: a delivery to somebody who was no user when it was made", about(who));
        return false;
    }
    if (made.order <= one.last_order) {
        fail(made.order == one.last_order ? "a delivery arrives twice" : "FLOW-5: deliveries arrive out of order",
             about(who));
        return false;
    }
    one.last_order = made.order;
    return true;
}

bool chronicle::first_time(const record& made, std::uint16_t who) {
    if (made.kind != opcode::sma) {
        return made.seen == 0;
    }
    if (broadcasts_ - made.broadcast >= broadcasts_max) {
        return true;  // too long ago to tell
    }
    std::uint64_t& word = have_seen_[made.broadcast % broadcasts_max * seen_words_ + who / 64U];
    const std::uint64_t bit = std::uint64_t{1} << (who % 64U);
    const bool first = (word & bit) == 0;
    word |= bit;
    return first;
}

void chronicle::take_message(std::uint16_t who, const packet_view& packet) {
    actor& one = actors[who];
    const auto serial = serial_of(packet.message);
    one.owed.push_back({.serial = serial.value_or(0), .kind = opcode::spm});
    if (!one.was_registered) {
        fail("ALL-7: a delivery to somebody who is no user", about(who));
        return;
    }
    const auto sender = number_of(packet.pseudo, actors.size());
    record* made = serial ? find(*serial) : nullptr;
    const bool changed = made != nullptr && (!is_message(packet.message, made->serial, made->length) ||
                                             (!made->asked_anew && made->sender_pseudo != sender));
    if (!sender || (!serial && packet.message.size() >= 8) || changed) {
        fail("PM-3: the message or its sender is not what was sent", about(who));
        return;
    }
    if (made == nullptr) {
        return;  // too short, or so late that it is not remembered
    }
    if (!first_time(*made, who)) {
        fail("a delivery arrives twice", about(who));
        return;
    }
    if (!fits(*made, who)) {
        return;
    }
    ++made->seen;
    if (made->kind == opcode::sma) {
        if (made->sender == who && made->sender_session == one.session) {
            fail("ALL-2: a sender receives its own message", about(who));
        }
        return;
    }
    if (made->target_pseudo != one.pseudo) {
        fail("PM-3: a message reaches somebody else", about(who));
    }
    if (made->favoured_session != not_known && !made->asked_anew && made->favoured_session != one.session) {
        fail("PM-5, PM-10: a message without a favourable RPM is delivered", about(who));
    }
}

void chronicle::take_offer(std::uint16_t who, std::string_view sender) {
    actor& one = actors[who];
    if (!one.was_registered) {
        fail("ALL-7: a delivery to somebody who is no user", about(who));
    }
    const auto from = number_of(sender, actors.size());
    const std::uint32_t serial = from ? offers_[*from * actors.size() + one.pseudo] : 0;
    one.owed.push_back({.serial = serial, .kind = opcode::pc});
    if (serial == 0) {
        fail("PC-1: an offer that nobody made", about(who));
        return;
    }
    record* made = find(serial);
    if (made == nullptr || made->blurred) {
        return;
    }
    if (made->target_session != one.session) {
        made->blurred = true;  // an older one that is not remembered, or made when this user was not there yet
        return;
    }
    if (made->seen != 0) {
        fail("a delivery arrives twice", about(who));
        return;
    }
    if (fits(*made, who)) {
        ++made->seen;
    }
}

// Nobody who behaved is sent away with a request unanswered (FLOW-8).
void chronicle::saw_end(std::uint16_t who) {
    actor& one = actors[who];
    one.saw_end = true;
    if (!one.asked.empty() && !one.cut && !one.unsure) {
        fail("FLOW-8: closed with an answer still due", about(who));
    }
    if (one.refused && !one.heard_refusal) {
        fail("ERR-2, ERR-4: closed without a last ERROR 5", about(who));
    }
    if (!one.ended && !one.cut && !draining_) {
        fail("closed without a reason", about(who));
    }
    session_over(who);
}

}  // namespace chatos::core::simulation
