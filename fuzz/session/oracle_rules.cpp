// What each packet does, by the rules CONN, PM, ALL, PC and FLOW, and which answers follow from it.
#include "session/oracle.hpp"
#include "session/session_script.hpp"

#include <chatos/layout.hpp>

#include <algorithm>
#include <utility>

namespace chatos::fuzz {

std::uint32_t oracle::act_on(client_state& client, const packet_view& packet) {
    ++counts_.packets_by_opcode[static_cast<std::size_t>(packet.op)];
    if (packet.op == opcode::error) {
        act_on_error(client, packet.code);  // FLOW-6
        return 0;
    }
    if (draining_) {
        ++counts_.requests_ignored;
        return 0;
    }
    if (packet.op == opcode::cr) {
        act_on_cr(client, packet.pseudo);
        return 0;
    }
    if (client.state == session_state::unregistered) {
        answer_at_once(client, packet_name(packet.op).data(), error_code::refused);  // CONN-8
        return 0;
    }
    if (packet.op == opcode::spm) {
        return act_on_spm(client, packet);
    }
    if (packet.op == opcode::sma) {
        return act_on_sma(client, packet.message);
    }
    if (packet.op == opcode::pc) {
        return act_on_pc(client, packet.pseudo);
    }
    const client_state* user = user_called(packet.pseudo);
    if (user != nullptr) {  // PM-1, PM-6
        std::erase(client.permissions, user->number);
        if (client.permissions.size() == bounds_.send_permissions_max) {
            client.permissions.erase(client.permissions.begin());
        }
        client.permissions.push_back(user->number);
    }
    answer_at_once(client, "RPM", user != nullptr ? error_code::ok : error_code::unreachable);  // PM-2
    return 0;
}

void oracle::act_on_cr(client_state& client, std::string_view pseudo) {
    const bool held = user_called(pseudo) != nullptr;
    if (client.state == session_state::user) {
        answer_at_once(client, "CR", held ? error_code::pseudo_taken : error_code::refused);  // CONN-7
    } else if (users_ >= bounds_.users_max) {
        ++counts_.closed_without_room;
        answer_at_once(client, "CR", error_code::out_of_capacity);  // CONN-4, CONN-9
        finish(client);
    } else if (held) {
        answer_at_once(client, "CR", error_code::pseudo_taken);  // CONN-2, CONN-3
    } else {
        client.state = session_state::user;  // CONN-1
        client.pseudo = pseudo;
        ++users_;
        ++counts_.users;
        answer_at_once(client, "CR", error_code::ok);
    }
}

std::uint32_t oracle::act_on_spm(client_state& client, const packet_view& packet) {
    client_state* recipient = user_called(packet.pseudo);
    if (recipient == nullptr) {
        answer_at_once(client, "SPM", error_code::unreachable);  // PM-5
        return 0;
    }
    if (std::ranges::find(client.permissions, recipient->number) == client.permissions.end()) {
        answer_at_once(client, "SPM", error_code::refused);  // PM-5, PM-10
        return 0;
    }
    asked_request request{.name = "SPM"};
    deliver(client, *recipient, wire_of(3, client.pseudo, packet.message), request);  // PM-3
    const auto deliveries = static_cast<std::uint32_t>(request.shares.size());
    ask(client, std::move(request));  // PM-4
    return deliveries;
}

std::uint32_t oracle::act_on_sma(client_state& client, std::string_view message) {
    asked_request request{.name = "SMA"};
    const std::string wire = wire_of(3, client.pseudo, message);
    std::uint32_t recipients = 0;
    for (const client_number number : present_) {
        client_state& recipient = at(number);
        if (recipient.state == session_state::user && number != client.number) {  // ALL-1, ALL-2, ALL-7, ALL-8
            ++recipients;
            deliver(client, recipient, wire, request);
        }
    }
    ask(client, std::move(request));  // ALL-3 to ALL-6
    return recipients;
}

std::uint32_t oracle::act_on_pc(client_state& client, std::string_view pseudo) {
    client_state* peer = user_called(pseudo);
    if (peer == nullptr) {
        answer_at_once(client, "PC", error_code::unreachable);  // PC-2
        return 0;
    }
    if (peer->number == client.number || peer->has_offer_to_decide() ||
        offers_undecided_of(client.number) >= bounds_.offers_max) {
        answer_at_once(client, "PC", error_code::refused);  // PC-6, PC-7, PC-8
        return 0;
    }
    asked_request request{.name = "PC", .is_offer = true};
    deliver(client, *peer, wire_of(5, client.pseudo, {}), request);
    request.is_offer = !request.shares.empty();  // PC-7: without a first ERROR 0 there is no second answer
    const auto deliveries = static_cast<std::uint32_t>(request.shares.size());
    ask(client, std::move(request));  // PC-1, PC-3
    return deliveries;
}

// FLOW-2, FLOW-3, FLOW-4.
void oracle::act_on_error(client_state& client, error_code code) {
    if (client.owes.empty()) {
        ++counts_.answers_unasked;
        return;
    }
    const owed_delivery answered = client.owes.front();
    client.owes.pop_front();
    if (answered.timed_out) {
        ++counts_.answers_late;
        return;
    }
    client.timeouts_in_a_row = 0;
    client.oldest_since = clock_;  // FLOW-7
    settle(client.number, answered, code, settled_by::answer);
}

// CONN-5.
client_state* oracle::user_called(std::string_view pseudo) {
    for (const client_number number : present_) {
        if (client_state& client = at(number); client.state == session_state::user && client.pseudo == pseudo) {
            return &client;
        }
    }
    return nullptr;
}

std::size_t oracle::offers_undecided_of(client_number asker) const {
    std::size_t count = 0;
    for (const client_number number : present_) {
        count += static_cast<std::size_t>(std::ranges::count_if(look(number).owes, [asker](const owed_delivery& owed) {
            return owed.is_offer && !owed.timed_out && owed.sender == asker;
        }));
    }
    return count;
}

// Both bounds of a recipient count as an answer 4 when they are reached.
bool oracle::deliver(const client_state& sender, client_state& recipient, std::string wire, asked_request& request) {
    if (recipient.owes.size() >= bounds_.deliveries_unanswered_max ||
        recipient.expected_bytes + wire.size() > bounds_.output_bytes_max) {
        ++counts_.deliveries_without_room;
        request.code = error_code::unreachable;
        return false;
    }
    if (recipient.oldest_waiting() == nullptr) {
        recipient.oldest_since = clock_;
    }
    const std::uint32_t number = requests_made_ + 1;  // which ask() gives it
    recipient.owes.push_back({.sender = sender.number,
                              .request = number,
                              .is_offer = request.is_offer,
                              .follows_offer = recipient.has_offer_to_decide(),
                              .timed_out = false,
                              .sent = clock_});
    expect_output(recipient,
                  {.wire = std::move(wire), .sender = sender.number, .request = number, .request_name = request.name});
    request.shares.push_back({.recipient = recipient.number});
    ++counts_.deliveries_made;
    ++counts_.deliveries_waiting;
    return true;
}

void oracle::ask(client_state& client, asked_request request) {
    request.number = ++requests_made_;
    ++counts_.requests_accepted;
    ++counts_.requests_pending;
    client.offers_unanswered += request.is_offer ? 1U : 0U;
    client.asked.push_back(std::move(request));
    send_due_answers(client);
}

void oracle::answer_at_once(client_state& client, const char* name, error_code code) {
    ask(client, {.name = name, .code = code});
}

// FLOW-1: in the order of the requests, and none before its recipients are done (PM-4, ALL-3, PC-3).
void oracle::send_due_answers(client_state& client) {
    while (!client.asked.empty()) {
        asked_request& oldest = client.asked.front();
        const auto answer = [&](error_code code) {
            expect_output(client, {.wire = wire_of_error(static_cast<std::uint8_t>(code)),
                                   .request = oldest.number,
                                   .request_name = oldest.name});
        };
        if (oldest.is_offer && !oldest.first_answered) {
            answer(error_code::ok);  // PC-1
            oldest.first_answered = true;
            --client.offers_unanswered;
        }
        if (std::ranges::any_of(oldest.shares, &recipient_share::waits)) {
            return;
        }
        error_code highest = oldest.code;  // ALL-4, ALL-5
        for (const recipient_share& share : oldest.shares) {
            highest = std::max(highest, share.code);
        }
        answer(highest);
        client.asked.pop_front();
        ++counts_.requests_answered;
        --counts_.requests_pending;
    }
    if (client.state == session_state::parting) {
        finish(client);  // FLOW-8: the last answer that was due
    }
}

void oracle::expect_output(client_state& client, expected_output output) {
    client.expected_bytes += output.wire.size();
    client.expected_answers += output.is_answer() ? 1U : 0U;
    client.expected.push_back(std::move(output));
}

void oracle::settle(client_number recipient, const owed_delivery& done, error_code code, settled_by cause) {
    --counts_.deliveries_waiting;
    switch (cause) {
    case settled_by::answer: ++counts_.deliveries_answered; break;
    case settled_by::time_limit: ++counts_.deliveries_timed_out; break;
    case settled_by::departure: ++counts_.deliveries_recipient_left; break;
    }
    client_state& sender = at(done.sender);
    const auto position = std::ranges::find(sender.asked, done.request, &asked_request::number);
    if (position == sender.asked.end()) {
        return;  // abandoned, or gone
    }
    const auto share = std::ranges::find(position->shares, recipient, &recipient_share::recipient);
    share->waits = false;
    share->code = code;
    send_due_answers(sender);
}

// PM-8, PC-5, FLOW-4, FLOW-7, FLOW-10.
void oracle::time_out(client_state& client) {
    const auto oldest = std::ranges::find(client.owes, false, &owed_delivery::timed_out);
    oldest->timed_out = true;
    client.oldest_since = clock_;
    const owed_delivery done = *oldest;
    settle(client.number, done, error_code::unreachable, settled_by::time_limit);
    if (done.sender == client.number) {
        finish_the_drained();  // the answer that it has just got was perhaps the last thing it waited for
    }
    if (!done.follows_offer) {
        ++client.timeouts_in_a_row;
    }
    if (client.timeouts_in_a_row >= bounds_.timeouts_in_a_row_max && client.is_open()) {
        ++counts_.closed_unresponsive;
        abandon(client);
        finish(client);
    }
}

}  // namespace chatos::fuzz
