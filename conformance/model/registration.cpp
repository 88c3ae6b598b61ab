// CR, and requests of clients that are not registered (CONN).
#include "model/model.hpp"

#include <algorithm>
#include <utility>

namespace chatos::conformance {

using enum fault;

namespace {

/// With A to Z as a to z.
std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    return text;
}

/// With U+00C0 to U+00DE as U+00E0 to U+00FE.
std::string accents_in_lower_case(std::string text) {
    for (std::size_t at = text.find('\xC3'); at != std::string::npos && at + 1 < text.size();
         at = text.find('\xC3', at + 1)) {
        const auto second = static_cast<unsigned char>(text[at + 1]);
        text[at + 1] = second >= 0x80 && second < 0x9F ? static_cast<char>(second + 0x20U) : text[at + 1];
    }
    return text;
}

/// With e and U+0301 as U+00E9: just enough normalization to be observable.
std::string composed(std::string text) {
    const std::string apart = "e\xCC\x81";
    for (std::size_t at = text.find(apart); at != std::string::npos; at = text.find(apart, at)) {
        text.replace(at, apart.size(), "\xC3\xA9");
    }
    return text;
}

}  // namespace

/// CONN-5: equal bytes.
bool model::same_pseudo(const std::string& left, const std::string& right) const {
    if (has(case_ignored)) {
        return lower_case(left) == lower_case(right);
    }
    if (has(pseudos_normalised)) {
        return composed(left) == composed(right);
    }
    if (has(prefix_suffices)) {
        return left.starts_with(right) || right.starts_with(left);
    }
    if (has(case_of_accents_ignored)) {
        return accents_in_lower_case(left) == accents_in_lower_case(right);
    }
    if (has(trailing_blank_ignored)) {
        return left.substr(0, left.find_last_not_of(' ') + 1) == right.substr(0, right.find_last_not_of(' ') + 1);
    }
    if (has(nul_ends_pseudo)) {
        return left.substr(0, left.find('\0')) == right.substr(0, right.find('\0'));
    }
    if (has(sixteen_bytes_compared)) {
        return left.substr(0, 16) == right.substr(0, 16);
    }
    if (has(first_byte_ignored)) {
        return left.substr(1) == right.substr(1);
    }
    if (has(leading_blank_ignored)) {
        return left.substr(left.find_first_not_of(' ')) == right.substr(right.find_first_not_of(' '));
    }
    return left == right;
}

model::client_state* model::holder_of(const std::string& pseudo) {
    for (auto& [id, client] : clients_) {
        if (!client.closed && client.pseudo && same_pseudo(*client.pseudo, pseudo)) {
            return &client;
        }
    }
    return nullptr;
}

/// The user that a request names.
model::client_state* model::find_user(const std::string& pseudo) {
    if (has(lookup_ignores_case)) {
        for (auto& [id, client] : clients_) {
            if (!client.closed && client.pseudo && lower_case(*client.pseudo) == lower_case(pseudo)) {
                return &client;
            }
        }
    }
    return has(registered_but_not_found) ? nullptr : holder_of(pseudo);
}

/// CONN-9: only registered users count.
bool model::is_full(const client_state& candidate) const {
    std::size_t count = has(no_room_after_leaving) ? ever_registered_ : users();
    count += (has(tunnel_counts_as_user) ? open_tunnel_ends() : 0) + lost_rooms_;
    if (has(half_closed_takes_room)) {
        count += static_cast<std::size_t>(std::count_if(clients_.begin(), clients_.end(), [](const auto& entry) {
            return !entry.second.closed && entry.second.input_ended && !entry.second.requests.empty();
        }));
    }
    if (has(capacity_counts_connections)) {
        count += static_cast<std::size_t>(std::count_if(clients_.begin(), clients_.end(), [&](const auto& entry) {
            return !entry.second.closed && !entry.second.pseudo && entry.first != candidate.id;
        }));
    }
    return count + (has(one_less_than_capacity) ? 1 : 0) >= settings_.capacity + (has(one_more_than_capacity) ? 1 : 0);
}

void model::connection_request(client_state& client, const std::string& pseudo) {
    ++client.history.crs;
    if (client.pseudo) {
        second_connection_request(client, pseudo);
        return;
    }
    if (refuses_pseudo(pseudo) || (client.history.spoke_too_early && has(early_request_bars_registration))) {
        reply(client, opcode::cr, error_code::refused);
        return;
    }
    const bool taken = holder_of(pseudo) != nullptr || kept_pseudos_.contains(pseudo);
    const bool full = is_full(client);
    if (full && !(taken && follows(variant::taken_before_full)) && !has(capacity_ignored)) {
        refuse_full(client, pseudo);
    } else if (taken) {
        refuse_taken(client, pseudo);
    } else {
        register_as(client, pseudo, error_code::ok);
    }
}

/// CONN-1
void model::register_as(client_state& client, const std::string& pseudo, error_code code) {
    client.pseudo = pseudo;
    ++ever_registered_;
    client.history.registered_at = next_request_;
    if (has(cr_answered_twice)) {
        reply(client, opcode::cr, {code, code});
    } else {
        reply(client, opcode::cr, code);
    }
    if (has(sma_reaches_latecomers)) {
        send_to_latecomer(client);
    }
    if (const auto left = unanswered_by_name_.find(pseudo);
        left != unanswered_by_name_.end() && has(sma_reaches_heirs)) {
        send(client, left->second);
    }
}

/// CONN-4: ERROR 2, then the connection is closed.
void model::refuse_full(client_state& client, const std::string& pseudo) {
    if (has(full_replaces_oldest)) {
        const auto oldest = std::find_if(clients_.begin(), clients_.end(), [](const auto& entry) {
            return !entry.second.closed && entry.second.pseudo.has_value();
        });
        disconnect(oldest->second, std::nullopt);
        register_as(client, pseudo, error_code::ok);
        return;
    }
    if (has(full_reserves_pseudo)) {
        kept_pseudos_.insert(pseudo);
    }
    if (has(full_but_registered)) {
        register_as(client, pseudo, error_code::out_of_capacity);
        return;
    }
    reply(client, opcode::cr,
          has(full_gets_taken)     ? error_code::pseudo_taken
          : has(full_gets_refused) ? error_code::refused
                                   : error_code::out_of_capacity);
    if (has(full_closes_with_reset)) {
        output_.push_back({client.id, model_output::kind::reset, {}});
        client.closed = true;
    } else if (!follows(variant::full_stays_open)) {
        close(client);
    }
}

/// CONN-2: ERROR 1, and the holder notices nothing. CONN-3: the connection stays open, or not.
void model::refuse_taken(client_state& client, const std::string& pseudo) {
    client_state* holder = holder_of(pseudo);
    if (has(taken_pseudo_unanswered)) {
        return;
    }
    if (has(taken_pseudo_shared) || (has(taken_pseudo_taken_over) && holder != nullptr)) {
        if (holder != nullptr && has(taken_pseudo_taken_over)) {
            holder->pseudo.reset();
        }
        register_as(client, pseudo, error_code::ok);
        return;
    }
    if (holder != nullptr && has(taken_pseudo_ends_holder)) {
        disconnect(*holder, std::nullopt);
    }
    client.refused_pseudo = pseudo;
    if (client.history.first_refused_pseudo.empty()) {
        client.history.first_refused_pseudo = pseudo;
    }
    lost_rooms_ += has(taken_cr_takes_room) ? 1U : 0U;
    if (has(refused_cr_restarts_limit)) {
        client.connected = now_;
    }
    if (holder != nullptr) {
        disturb_holder(*holder);
    }
    reply(client, opcode::cr, has(taken_pseudo_refused) ? error_code::refused : error_code::pseudo_taken);
    if (follows(variant::taken_closes)) {
        close(client);
    }
}

/// For faults that violate CONN-2.
void model::disturb_holder(client_state& holder) {
    if (has(taken_pseudo_told_to_holder)) {
        send_code(holder, 1);
    }
    if (has(taken_pseudo_clears_permissions)) {
        holder.send_permissions.clear();
    }
    if (has(taken_pseudo_settles_debts)) {
        settle_debts(holder);
    }
    if (has(taken_pseudo_drops_requests)) {
        holder.requests.clear();
    }
}

/// For faults: as if the client had left.
void model::settle_debts(client_state& client) {
    for (const pending_delivery& delivery : std::exchange(client.deliveries, {})) {
        if (!delivery.timed_out) {
            settle(delivery, static_cast<std::uint8_t>(error_code::unreachable));
        }
    }
}

/// CONN-7: changes nothing.
void model::second_connection_request(client_state& client, const std::string& pseudo) {
    if (has(dies_of_second_cr)) {
        died_ = true;
        return;
    }
    if (has(second_cr_closes) || (client.history.crs > 2 && has(third_cr_closes))) {
        disconnect(client, error_code::refused);
        return;
    }
    if (has(second_cr_clears_permissions)) {
        client.send_permissions.clear();
    }
    if (has(second_cr_settles_debts)) {
        settle_debts(client);
    }
    if (has(second_cr_ends_permissions)) {
        for (auto& [id, other] : clients_) {
            std::erase(other.send_permissions, client.id);
        }
    }
    lost_rooms_ += has(second_cr_takes_room) ? 1U : 0U;
    client_state* holder = holder_of(pseudo);
    if (holder != nullptr && holder != &client && has(second_cr_held_ends_holder)) {
        disconnect(*holder, std::nullopt);
    }
    if (holder == nullptr && has(second_cr_reserves_pseudo)) {
        kept_pseudos_.insert(pseudo);
    }
    if (has(second_cr_when_full_gets_full) && users() >= settings_.capacity) {
        reply(client, opcode::cr, error_code::out_of_capacity);
    } else if (holder == &client) {
        reply(client, opcode::cr, has(second_cr_own_gets_ok) ? error_code::ok : error_code::pseudo_taken);
    } else if (holder != nullptr) {
        reply(client, opcode::cr, has(second_cr_held_gets_refused) ? error_code::refused : error_code::pseudo_taken);
    } else if (has(second_cr_renames)) {
        register_as(client, pseudo, error_code::ok);
    } else {
        reply(client, opcode::cr, has(second_cr_gets_ok) ? error_code::ok : error_code::refused);
    }
}

/// CONN-8: ERROR 5 at once, and no delivery.
void model::early_request(client_state& client, const model_packet& packet) {
    if (has(dies_of_request_before_cr)) {
        died_ = true;
        return;
    }
    if (packet.op == opcode::rpm && has(rpm_before_cr_serves)) {
        requested_pseudos_.emplace(client.id, packet.pseudo);
    }
    if (packet.op == opcode::rpm &&
        (has(rpm_before_cr_answered) || (client.refused_pseudo && has(taken_pseudo_may_ask)))) {
        request_message(client, packet.pseudo);
        return;
    }
    const model_packet message{opcode::spm, "unregistered", packet.message, 0};
    client_state* named = holder_of(packet.pseudo);
    if (packet.op == opcode::spm && named != nullptr && has(spm_before_cr_delivered)) {
        send(*named, message);
    }
    if (packet.op == opcode::pc && named != nullptr && has(pc_before_cr_offered)) {
        send(*named, {opcode::pc, "unregistered", "", 0});
    }
    for (auto& [id, other] : clients_) {
        if (packet.op == opcode::sma && other.pseudo && has(sma_before_cr_delivered)) {
            send(other, message);
        }
    }
    client.history.spoke_too_early = true;
    if (packet.op == opcode::sma && users() == 0 && has(early_sma_to_nobody_gets_ok)) {
        reply(client, packet.op, error_code::ok);
    } else if (packet.op != opcode::sma && named == nullptr && has(early_request_for_nobody_gets_unreachable)) {
        reply(client, packet.op, error_code::unreachable);
    } else if (!has(early_requests_unanswered)) {
        reply(client, packet.op, error_code::refused);
    }
    if (follows(variant::early_request_closes)) {
        close(client);
    }
}

}  // namespace chatos::conformance
