// What each packet does, by the rules CONN, PM, ALL, PC and FLOW, and which answers follow from it.
#include "session/session_script.hpp"
#include "session/witness.hpp"

#include <chatos/layout.hpp>

#include <algorithm>
#include <utility>

namespace chatos::fuzz {

std::uint32_t witness::act_on(party& one, const packet_view& packet) {
    ++counts_.packets_by_opcode[static_cast<std::size_t>(packet.op)];
    if (packet.op == opcode::error) {
        act_on_error(one, packet.code);  // FLOW-6
        return 0;
    }
    if (draining_) {
        ++counts_.requests_ignored;
        return 0;
    }
    if (packet.op == opcode::cr) {
        act_on_cr(one, packet.pseudo);
        return 0;
    }
    if (one.now_is == standing::newcomer) {
        answer_at_once(one, packet_name(packet.op).data(), error_code::refused);  // CONN-8
        return 0;
    }
    if (packet.op == opcode::spm) {
        return act_on_spm(one, packet);
    }
    if (packet.op == opcode::sma) {
        return act_on_sma(one, packet.message);
    }
    if (packet.op == opcode::pc) {
        return act_on_pc(one, packet.pseudo);
    }
    const party* found = user_called(packet.pseudo);
    if (found != nullptr) {  // PM-1, PM-6
        std::erase(one.may_write_to, found->number);
        if (one.may_write_to.size() == bounds_.send_permissions_max) {
            one.may_write_to.erase(one.may_write_to.begin());
        }
        one.may_write_to.push_back(found->number);
    }
    answer_at_once(one, "RPM", found != nullptr ? error_code::ok : error_code::unreachable);  // PM-2
    return 0;
}

void witness::act_on_cr(party& one, std::string_view pseudo) {
    const bool held = user_called(pseudo) != nullptr;
    if (one.now_is == standing::user) {
        answer_at_once(one, "CR", held ? error_code::pseudo_taken : error_code::refused);  // CONN-7
    } else if (users_ >= bounds_.users_max) {
        ++counts_.closed_without_room;
        answer_at_once(one, "CR", error_code::out_of_capacity);  // CONN-4, CONN-9
        finish(one);
    } else if (held) {
        answer_at_once(one, "CR", error_code::pseudo_taken);  // CONN-2, CONN-3
    } else {
        one.now_is = standing::user;  // CONN-1
        one.pseudo = pseudo;
        ++users_;
        ++counts_.users;
        answer_at_once(one, "CR", error_code::ok);
    }
}

std::uint32_t witness::act_on_spm(party& one, const packet_view& packet) {
    party* recipient = user_called(packet.pseudo);
    if (recipient == nullptr) {
        answer_at_once(one, "SPM", error_code::unreachable);  // PM-5
        return 0;
    }
    if (std::ranges::find(one.may_write_to, recipient->number) == one.may_write_to.end()) {
        answer_at_once(one, "SPM", error_code::refused);  // PM-5, PM-10
        return 0;
    }
    asked_request made{.name = "SPM"};
    deliver(one, *recipient, wire_of(3, one.pseudo, packet.message), made);  // PM-3
    const auto deliveries = static_cast<std::uint32_t>(made.shares.size());
    ask(one, std::move(made));  // PM-4
    return deliveries;
}

std::uint32_t witness::act_on_sma(party& one, std::string_view message) {
    asked_request made{.name = "SMA"};
    const std::string wire = wire_of(3, one.pseudo, message);
    for (const party_number who : present_) {
        party& recipient = at(who);
        if (recipient.now_is == standing::user && who != one.number) {  // ALL-1, ALL-2, ALL-7, ALL-8
            deliver(one, recipient, wire, made);
        }
    }
    const auto deliveries = static_cast<std::uint32_t>(made.shares.size());
    ask(one, std::move(made));  // ALL-3 to ALL-6
    return deliveries;
}

std::uint32_t witness::act_on_pc(party& one, std::string_view pseudo) {
    party* peer = user_called(pseudo);
    if (peer == nullptr) {
        answer_at_once(one, "PC", error_code::unreachable);  // PC-2
        return 0;
    }
    const bool undecided =
        std::ranges::any_of(peer->owes, [](const owed_delivery& owed) { return owed.is_offer && !owed.timed_out; });
    if (peer->number == one.number || undecided) {
        answer_at_once(one, "PC", error_code::refused);  // PC-6, PC-7
        return 0;
    }
    asked_request made{.name = "PC", .is_offer = true};
    deliver(one, *peer, wire_of(5, one.pseudo, {}), made);
    made.is_offer = !made.shares.empty();  // PC-7: without a first ERROR 0 there is no second answer
    const auto deliveries = static_cast<std::uint32_t>(made.shares.size());
    ask(one, std::move(made));  // PC-1, PC-3
    return deliveries;
}

// FLOW-2, FLOW-3, FLOW-4.
void witness::act_on_error(party& one, error_code code) {
    if (one.owes.empty()) {
        ++counts_.answers_unasked;
        return;
    }
    const owed_delivery answered = one.owes.front();
    one.owes.pop_front();
    if (answered.timed_out) {
        ++counts_.answers_late;
        return;
    }
    one.timeouts_in_a_row = 0;
    one.oldest_since = clock_;  // FLOW-7
    settle(one.number, answered, code, settled_by::answer);
}

// CONN-5.
party* witness::user_called(std::string_view pseudo) {
    for (const party_number who : present_) {
        if (party& one = at(who); one.now_is == standing::user && one.pseudo == pseudo) {
            return &one;
        }
    }
    return nullptr;
}

// Both bounds of a recipient count as an answer 4 when they are reached.
bool witness::deliver(const party& sender, party& recipient, std::string wire, asked_request& asked) {
    if (recipient.owes.size() >= bounds_.deliveries_unanswered_max ||
        recipient.promised_bytes + wire.size() > bounds_.output_bytes_max) {
        ++counts_.deliveries_without_room;
        asked.code = error_code::unreachable;
        return false;
    }
    if (recipient.oldest_waiting() == nullptr) {
        recipient.oldest_since = clock_;
    }
    const std::uint32_t number = requests_made_ + 1;  // which ask() gives it
    recipient.owes.push_back(
        {.sender = sender.number, .request = number, .is_offer = asked.is_offer, .timed_out = false, .sent = clock_});
    promise_to(recipient,
               {.wire = std::move(wire), .sender = sender.number, .request = number, .request_name = asked.name});
    asked.shares.push_back({.recipient = recipient.number});
    ++counts_.deliveries_made;
    ++counts_.deliveries_waiting;
    return true;
}

void witness::ask(party& one, asked_request made) {
    made.number = ++requests_made_;
    ++counts_.requests_accepted;
    ++counts_.requests_pending;
    one.offers_unanswered += made.is_offer ? 1U : 0U;
    one.asked.push_back(std::move(made));
    answer_what_is_due(one);
}

void witness::answer_at_once(party& one, const char* name, error_code code) {
    ask(one, {.name = name, .code = code});
}

// FLOW-1: in the order of the requests, and none before its recipients are done (PM-4, ALL-3, PC-3).
void witness::answer_what_is_due(party& one) {
    while (!one.asked.empty()) {
        asked_request& oldest = one.asked.front();
        const auto answer = [&](error_code code) {
            promise_to(one, {.wire = wire_of_error(static_cast<std::uint8_t>(code)),
                             .request = oldest.number,
                             .request_name = oldest.name});
        };
        if (oldest.is_offer && !oldest.first_answered) {
            answer(error_code::ok);  // PC-1
            oldest.first_answered = true;
            --one.offers_unanswered;
        }
        if (std::ranges::any_of(oldest.shares, &recipient_share::waits)) {
            return;
        }
        error_code highest = oldest.code;  // ALL-4, ALL-5
        for (const recipient_share& share : oldest.shares) {
            highest = std::max(highest, share.code);
        }
        answer(highest);
        one.asked.pop_front();
        ++counts_.requests_answered;
        --counts_.requests_pending;
    }
    if (one.now_is == standing::parting) {
        finish(one);  // FLOW-8: the last answer that was due
    }
}

void witness::promise_to(party& one, promise made) {
    one.promised_bytes += made.wire.size();
    one.promised_answers += made.is_answer() ? 1U : 0U;
    one.promised.push_back(std::move(made));
}

void witness::settle(party_number recipient, const owed_delivery& done, error_code code, settled_by cause) {
    --counts_.deliveries_waiting;
    switch (cause) {
    case settled_by::answer: ++counts_.deliveries_answered; break;
    case settled_by::time_limit: ++counts_.deliveries_timed_out; break;
    case settled_by::departure: ++counts_.deliveries_recipient_left; break;
    }
    party& sender = at(done.sender);
    const auto asked = std::ranges::find(sender.asked, done.request, &asked_request::number);
    if (asked == sender.asked.end()) {
        return;  // abandoned, or gone
    }
    const auto share = std::ranges::find(asked->shares, recipient, &recipient_share::recipient);
    share->waits = false;
    share->code = code;
    answer_what_is_due(sender);
}

// PM-8, PC-5, FLOW-4, FLOW-7, FLOW-10.
void witness::time_out(party& one) {
    const auto oldest = std::ranges::find(one.owes, false, &owed_delivery::timed_out);
    oldest->timed_out = true;
    one.oldest_since = clock_;
    const owed_delivery done = *oldest;
    settle(one.number, done, error_code::unreachable, settled_by::time_limit);
    if (done.sender == one.number) {
        finish_the_drained();  // the answer that it has just got was perhaps the last thing it waited for
    }
    ++one.timeouts_in_a_row;
    if (one.timeouts_in_a_row >= bounds_.timeouts_in_a_row_max && one.is_open()) {
        ++counts_.closed_unresponsive;
        abandon(one);
        finish(one);
    }
}

}  // namespace chatos::fuzz
