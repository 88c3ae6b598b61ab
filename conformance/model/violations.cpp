// What the model does only with a fault: how it continues after malformed packets, what it does to bystanders, and
// servers that violate nearly all rules.
#include "model/model.hpp"

#include <algorithm>
#include <utility>

namespace chatos::conformance {

using enum fault;

namespace {

constexpr std::size_t offers_max = 16;  // too many for a fault

}  // namespace

/// For faults.
void model::act_on_what_follows(client_state& client, const read_result& bad) {
    const bool is_bad_text = bad.consumed != 0;
    if (is_bad_text && has(bad_spm_delivered_in_part) && bad.packet.op == opcode::spm) {
        if (client_state* recipient = find_user(bad.packet.pseudo)) {
            send(*recipient, {opcode::spm, client.pseudo.value_or(""), bad.packet.message, 0});
        }
    }
    if (!is_passed_over(client, bad)) {
        return;
    }
    std::string& unread = unread_of(client);
    unread.erase(0, is_bad_text ? bad.consumed : malformed_size(unread));
    for (read_result next = read_packet(unread, settings_.wire); next.status == read_status::complete && !client.closed;
         next = read_packet(unread, settings_.wire)) {
        unread.erase(0, next.consumed);
        handle(client, next.packet);
    }
}

/// For faults that violate ERR-1.
bool model::is_passed_over(const client_state& client, const read_result& bad) const {
    const std::string& unread = client.unread;
    if (bad.consumed != 0) {
        return has(ill_formed_string_passed_over);
    }
    if (unread[0] < 1 || unread[0] > 6) {
        return has(bad_opcode_passed_over);
    }
    if (unread[0] == 6) {
        return has(unassigned_code_passed_over);
    }
    return has(static_cast<unsigned char>(unread[1]) >= 0x80 ? negative_size_passed_over : empty_pseudo_passed_over);
}

/// How many bytes a malformed packet without a bad text seems to have.
std::size_t model::malformed_size(std::string_view unread) {
    switch (unread[0]) {
    case 1:
    case 2:
    case 3:
    case 5: return 3;
    case 4: return 5;
    case 6: return 2;
    default: return 1;
    }
}

/// For faults that violate ERR-3.
void model::disturb_others(const client_state& client, fault cause) {
    for (auto& [id, other] : clients_) {
        if (id != client.id && has(cause)) {
            if (cause == malformed_drops_requests_of_others || cause == reset_drops_requests_of_others) {
                other.requests.clear();
            } else {
                other.send_permissions.clear();
            }
        }
    }
}

/// For faults: the output of this turn for the client, or for all others.
void model::discard_output(connection_id id, bool from_others) {
    const auto begin = output_.begin() + static_cast<std::ptrdiff_t>(turn_began_at_);
    output_.erase(std::remove_if(begin, output_.end(),
                                 [&](const model_output& output) { return (output.connection == id) != from_others; }),
                  output_.end());
}

/// For faults: the requester is not told that its recipient has left.
bool model::stays_unsettled(const client_state& client, const pending_delivery& delivery, end_reason reason) const {
    const bool waits = reason == end_reason::closed && !client.requests.empty();
    return waits && ((delivery.request_op == opcode::sma && has(sma_waits_for_waiting)) ||
                     (delivery.request_op == opcode::pc && has(pc_peer_waiting_unanswered)));
}

bool model::is_degenerate() const {
    return has(mute) || has(hangs_up) || has(ok_to_everything) || has(taken_to_everything);
}

void model::receive_degenerate(client_state& client) {
    if (has(hangs_up)) {
        close(client);
        return;
    }
    while (!client.unread.empty()) {
        const read_result result = read_packet(client.unread, settings_.wire);
        if (result.status == read_status::incomplete) {
            return;
        }
        client.unread.erase(0, result.status == read_status::malformed ? client.unread.size() : result.consumed);
        if (!has(mute)) {
            send_code(client, has(ok_to_everything) ? 0 : 1);
        }
    }
}

/// For a fault that violates WIRE-13: each piece of a message is judged by itself.
bool model::splits_character(const client_state& client, std::span<const std::byte> bytes) const {
    const bool is_inside_message = !client.unread.empty() && (client.unread[0] == 3 || client.unread[0] == 4);
    const auto first = bytes.empty() ? 0U : std::to_integer<unsigned>(bytes.front());
    return is_inside_message && (first & 0xC0U) == 0x80U && has(character_across_reads_malformed);
}

/// For faults: a user's session ends.
void model::disturb_at_end(client_state& client, end_reason reason) {
    const std::string& pseudo = *client.pseudo;
    if (has(tunnel_cut_on_leaving) || has(tunnel_cut_when_asker_leaves) || has(tunnel_cut_when_peer_leaves) ||
        (reason == end_reason::reset && has(tunnel_cut_on_reset))) {
        cut_tunnels_of(pseudo);
    }
    disturb_others(client, leaving_clears_permissions_of_others);
    const bool asks = std::any_of(client.requests.begin(), client.requests.end(),
                                  [](const pending_request& request) { return request.op == opcode::pc; });
    const bool has_tunnel = std::any_of(tunnels_.begin(), tunnels_.end(), [&](const tunnel_state& tunnel) {
        return tunnel.current == tunnel_state::stage::open && (tunnel.sides[0] == pseudo || tunnel.sides[1] == pseudo);
    });
    const bool was_free = !freed_pseudos_.insert(pseudo).second;
    if ((asks && has(pseudo_kept_of_askers)) || (has_tunnel && has(pseudo_kept_of_tunnel_users)) ||
        (was_free && has(pseudo_freed_once))) {
        kept_pseudos_.insert(pseudo);
    }
    settle_broadcasts_without(client);
}

/// For a fault that violates ALL-3.
void model::settle_broadcasts_without(const client_state& latecomer) {
    for (auto& [id, other] : clients_) {
        if (!has(latecomers_leaving_settles_sma) || other.closed || id == latecomer.id) {
            continue;
        }
        for (pending_request& request : other.requests) {
            if (request.op == opcode::sma && !request.settled && request.number < latecomer.history.registered_at) {
                settle_broadcast(request, 0);
            }
        }
        flush(other);
    }
}

/// For a fault that violates CONN-2.
void model::pass_on_pseudo(const std::string& pseudo) {
    for (auto& [id, other] : clients_) {
        if (has(taken_cr_registers_when_holder_leaves) && !other.closed && !other.pseudo &&
            other.refused_pseudo == pseudo) {
            other.pseudo = pseudo;
            return;
        }
    }
}

/// For faults that violate FLOW-2.
void model::withdraw_deliveries_of(const client_state& requester) {
    for (auto& [id, other] : clients_) {
        std::erase_if(other.deliveries, [&](const pending_delivery& delivery) {
            return delivery.requester == requester.id &&
                   has(delivery.request_op == opcode::pc ? leaving_withdraws_offers : leaving_withdraws_messages);
        });
    }
}

/// For a fault that violates PM-4.
void model::settle_requests_of(connection_id requester) {
    for (auto& [id, other] : clients_) {
        for (pending_delivery& delivery : other.deliveries) {
            if (has(leaving_settles_other_recipients) && delivery.requester == requester && !delivery.timed_out &&
                delivery.request_op == opcode::spm) {
                delivery.timed_out = true;
                settle(delivery, static_cast<std::uint8_t>(error_code::unreachable));
            }
        }
    }
}

/// For faults that violate CONN-1.
bool model::refuses_pseudo(const std::string& pseudo) const {
    const auto holds = [&](auto is_bad) { return std::any_of(pseudo.begin(), pseudo.end(), is_bad); };
    return (pseudo.size() == 1 && has(pseudo_of_one_byte_refused)) ||
           (has(pseudo_with_blank_refused) && holds([](char c) { return c == ' '; })) ||
           (has(pseudo_with_control_refused) && holds([](char c) { return c >= 0 && c < ' '; })) ||
           (has(non_ascii_pseudo_refused) && holds([](char c) { return c < 0; }));
}

/// PM-3, ALL-1: the sender's own, unless a fault takes another.
const std::string& model::shown_pseudo(const client_state& client, opcode op) const {
    const bool is_wrong = has(op == opcode::sma ? sma_names_refused_pseudo : spm_names_refused_pseudo);
    return is_wrong && !client.history.first_refused_pseudo.empty() ? client.history.first_refused_pseudo
                                                                    : *client.pseudo;
}

/// For a fault that violates PM-5.
void model::deliver_refused_messages(client_state& client, client_state& recipient) {
    for (const model_packet& packet : std::exchange(client.history.refused_messages, {})) {
        if (has(refused_spm_delivered_after_rpm) && packet.pseudo == recipient.pseudo) {
            send(recipient, {opcode::spm, client.pseudo.value_or(""), packet.message, 0});
        }
    }
}

/// For faults that violate PM-4 and PC-3.
void model::swap_with_oldest(pending_delivery& answered) {
    if (!has(answered.request_op == opcode::pc ? decisions_settle_oldest_anywhere : answers_settle_oldest_anywhere)) {
        return;
    }
    for (auto& [id, other] : clients_) {
        for (pending_delivery& delivery : other.deliveries) {
            if (delivery.request_op == answered.request_op && !delivery.timed_out && delivery.request != 0 &&
                delivery.request < answered.request) {
                std::swap(delivery.request, answered.request);
                std::swap(delivery.requester, answered.requester);
            }
        }
    }
}

/// For faults that violate ALL-1.
bool model::is_skipped_by_broadcast(const client_state& recipient) const {
    return (recipient.history.has_refused && has(sma_misses_who_refused)) ||
           (recipient.history.has_timed_out && has(sma_misses_who_timed_out));
}

/// For faults that violate FLOW-1.
bool model::settle_out_of_turn(client_state& requester, std::deque<pending_request>::iterator request) {
    const bool overtakes_others = request->settled && request != requester.requests.begin() &&
                                  request->op == opcode::pc && has(decision_overtakes);
    if (overtakes_others) {
        for (const std::uint8_t code : request->due) {
            send_code(requester, code);
        }
        requester.requests.erase(request);
    }
    return overtakes_others;
}

/// For faults that change a message.
void model::damage_message(std::string& message) const {
    if (has(message_cut_at_nul)) {
        message.resize(std::min(message.size(), message.find('\0')));
    }
    if (has(message_cut_at_1000_bytes)) {
        message.resize(std::min<std::size_t>(message.size(), 1'000));
    }
    if (has(line_breaks_replaced)) {
        std::replace(message.begin(), message.end(), '\n', ' ');
    }
    if (has(byte_order_mark_dropped)) {
        const std::size_t mark = message.find("\xEF\xBB\xBF");
        message.erase(std::min(mark, message.size()), 3);
    }
    if (has(spm_trimmed)) {
        message.erase(message.find_last_not_of(' ') + 1);
        message.erase(0, message.find_first_not_of(' '));
    }
    const std::size_t apart = message.find("e\xCC\x81");
    if (apart != std::string::npos && has(spm_composed)) {
        message.replace(apart, 3, "\xC3\xA9");
    }
    if (has(spm_controls_dropped)) {
        std::erase_if(message, [](char c) { return c == '\x1B' || c == '\r' || c == '\x7F'; });
    }
}

/// For faults that violate ALL-1.
void model::drop_recipients(const client_state& client, std::vector<client_state*>& recipients) const {
    if (recipients.size() > 1 && has(sma_reaches_one)) {
        recipients.erase(recipients.begin() + 1, recipients.end());
    }
    if (recipients.size() > 1 && has(sma_misses_newest)) {
        recipients.pop_back();
    }
    if (recipients.size() > 1 && has(sma_misses_oldest)) {
        recipients.erase(recipients.begin());
    }
    if (recipients.size() > 7 && has(sma_reaches_seven)) {
        recipients.resize(7);
    }
    std::erase_if(recipients, [&](const client_state* recipient) {
        return recipient != &client &&
               (is_skipped_by_broadcast(*recipient) || (!recipient->deliveries.empty() && has(sma_misses_debtors)) ||
                (!recipient->requests.empty() && has(sma_misses_waiting)));
    });
}

/// For faults that violate ALL-1 or WIRE-14.
void model::damage_broadcast(std::string& message) const {
    if (has(sma_cut_at_nul)) {
        message.resize(std::min(message.size(), message.find('\0')));
    }
    if (has(message_to_all_cut_at_1000_bytes)) {
        message.resize(std::min<std::size_t>(message.size(), 1'000));
    }
    if (has(sma_line_breaks_replaced)) {
        std::replace(message.begin(), message.end(), '\n', ' ');
    }
    if (has(sma_trimmed)) {
        message.erase(message.find_last_not_of(' ') + 1);
        message.erase(0, message.find_first_not_of(' '));
    }
    if (has(sma_controls_dropped)) {
        std::erase_if(message, [](char c) { return c == '\x1B' || c == '\r' || c == '\x7F'; });
    }
    const std::size_t apart = message.find("e\xCC\x81");
    if (apart != std::string::npos && has(sma_composed)) {
        message.replace(apart, 3, "\xC3\xA9");
    }
}

/// For faults that violate PC-1.
bool model::refuses_offer(const client_state& client, const client_state& peer) const {
    return (!peer.deliveries.empty() && has(pc_to_debtor_refused)) ||
           (!client.deliveries.empty() && has(pc_from_debtor_refused)) ||
           (peer.history.has_accepted && has(pc_to_accepting_peer_refused)) ||
           (has(pc_needs_rpm) && !may_send(client, peer)) || (!peer.requests.empty() && has(pc_to_waiting_refused)) ||
           (client.offers_made >= offers_max && has(pc_decided_offers_counted)) ||
           (refused_offers_.contains({client.id, peer.id}) && has(pc_after_refusal_refused));
}

/// For a fault that violates ALL-8.
void model::send_to_latecomer(client_state& late) {
    std::map<std::uint64_t, pending_delivery> unanswered;
    for (const auto& [id, other] : clients_) {
        for (const pending_delivery& delivery : other.deliveries) {
            if (delivery.request_op == opcode::sma && !delivery.timed_out) {
                unanswered.emplace(delivery.request, delivery);
            }
        }
    }
    for (const auto& [number, delivery] : unanswered) {
        client_state* requester = find(delivery.requester);
        if (requester == nullptr) {
            continue;
        }
        for (pending_request& request : requester->requests) {
            if (request.number == number) {
                ++request.awaited;
                deliver(late, *requester, number, opcode::sma, delivery.packet);
            }
        }
    }
}

}  // namespace chatos::conformance
