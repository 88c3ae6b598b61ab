// CR: becoming a user, and what happens to those who are none (CONN).
#include "model/model.hpp"

#include <algorithm>

namespace chatos::conformance {

using enum fault;

namespace {

/// A to Z as a to z.
std::string folded(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char one) { return one >= 'A' && one <= 'Z' ? static_cast<char>(one + ('a' - 'A')) : one; });
    return text;
}

/// e and U+0301 as U+00E9: as much of normalising as shows that it happens.
std::string composed(std::string text) {
    const std::string apart = "e\xCC\x81";
    for (std::size_t at = text.find(apart); at != std::string::npos; at = text.find(apart, at)) {
        text.replace(at, apart.size(), "\xC3\xA9");
    }
    return text;
}

}  // namespace

/// CONN-5: equal bytes, and nothing else.
bool model::same_pseudo(const std::string& left, const std::string& right) const {
    if (broken(case_ignored)) {
        return folded(left) == folded(right);
    }
    if (broken(pseudos_normalised)) {
        return composed(left) == composed(right);
    }
    if (broken(prefix_suffices)) {
        return left.starts_with(right) || right.starts_with(left);
    }
    return left == right;
}

model::client* model::holder_of(const std::string& pseudo) {
    for (auto& [id, who] : clients_) {
        if (!who.closed && who.pseudo && same_pseudo(*who.pseudo, pseudo)) {
            return &who;
        }
    }
    return nullptr;
}

/// The user whom a request names.
model::client* model::find_user(const std::string& pseudo) {
    return broken(registered_but_not_found) ? nullptr : holder_of(pseudo);
}

/// CONN-9: registered users count, and nobody else.
bool model::is_full(const client& stranger) const {
    std::size_t count = broken(no_room_after_leaving) ? ever_registered_ : users();
    count += broken(tunnel_counts_as_user) ? open_tunnel_ends() : 0;
    if (broken(capacity_counts_connections)) {
        count += static_cast<std::size_t>(std::count_if(clients_.begin(), clients_.end(), [&](const auto& one) {
            return !one.second.closed && !one.second.pseudo && one.first != stranger.id;
        }));
    }
    return count >= settings_.capacity;
}

void model::connection_request(client& who, const std::string& pseudo) {
    if (who.pseudo) {
        second_connection_request(who, pseudo);
        return;
    }
    const bool taken = holder_of(pseudo) != nullptr || kept_pseudos_.contains(pseudo);
    const bool full = is_full(who);
    if (full && !(taken && follows(variant::taken_before_full)) && !broken(capacity_ignored)) {
        refuse_full(who, pseudo);
    } else if (taken) {
        refuse_taken(who, pseudo);
    } else {
        register_as(who, pseudo, error_code::ok);
    }
}

/// CONN-1
void model::register_as(client& who, const std::string& pseudo, error_code code) {
    who.pseudo = pseudo;
    ++ever_registered_;
    if (broken(cr_answered_twice)) {
        reply(who, opcode::cr, {code, code});
    } else {
        reply(who, opcode::cr, code);
    }
    if (broken(sma_reaches_latecomers)) {
        send_to_latecomer(who);
    }
}

/// CONN-4: ERROR 2, not registered; ours then closes.
void model::refuse_full(client& who, const std::string& pseudo) {
    if (broken(full_but_registered)) {
        register_as(who, pseudo, error_code::out_of_capacity);
        return;
    }
    reply(who, opcode::cr,
          broken(full_gets_taken)     ? error_code::pseudo_taken
          : broken(full_gets_refused) ? error_code::refused
                                      : error_code::out_of_capacity);
    if (!follows(variant::full_stays_open)) {
        close(who);
    }
}

/// CONN-2: ERROR 1, not registered, and the holder notices nothing. CONN-3: the connection stays open, or not.
void model::refuse_taken(client& who, const std::string& pseudo) {
    client* holder = holder_of(pseudo);
    if (broken(taken_pseudo_unanswered)) {
        return;
    }
    if (broken(taken_pseudo_shared) || (broken(taken_pseudo_taken_over) && holder != nullptr)) {
        if (holder != nullptr && broken(taken_pseudo_taken_over)) {
            holder->pseudo.reset();
        }
        register_as(who, pseudo, error_code::ok);
        return;
    }
    if (holder != nullptr && broken(taken_pseudo_ends_holder)) {
        hang_up(*holder, std::nullopt);
    }
    who.refused_pseudo = pseudo;
    reply(who, opcode::cr, broken(taken_pseudo_refused) ? error_code::refused : error_code::pseudo_taken);
    if (follows(variant::taken_closes)) {
        close(who);
    }
}

/// CONN-7: changes nothing.
void model::second_connection_request(client& who, const std::string& pseudo) {
    if (broken(dies_of_second_cr)) {
        died_ = true;
        return;
    }
    if (broken(second_cr_closes)) {
        hang_up(who, error_code::refused);
        return;
    }
    const client* holder = holder_of(pseudo);
    if (broken(second_cr_when_full_gets_full) && users() >= settings_.capacity) {
        reply(who, opcode::cr, error_code::out_of_capacity);
    } else if (holder == &who) {
        reply(who, opcode::cr, broken(second_cr_own_gets_ok) ? error_code::ok : error_code::pseudo_taken);
    } else if (holder != nullptr) {
        reply(who, opcode::cr, broken(second_cr_held_gets_refused) ? error_code::refused : error_code::pseudo_taken);
    } else if (broken(second_cr_renames)) {
        register_as(who, pseudo, error_code::ok);
    } else {
        reply(who, opcode::cr, broken(second_cr_gets_ok) ? error_code::ok : error_code::refused);
    }
}

/// CONN-8: ERROR 5 at once, and nothing is delivered.
void model::early_request(client& who, const model_packet& packet) {
    if (broken(dies_of_request_before_cr)) {
        died_ = true;
        return;
    }
    if (packet.op == opcode::rpm && broken(rpm_before_cr_answered)) {
        request_message(who, packet.pseudo);
        return;
    }
    const model_packet message{opcode::spm, "stranger", packet.message, 0};
    client* named = holder_of(packet.pseudo);
    if (packet.op == opcode::spm && named != nullptr && broken(spm_before_cr_delivered)) {
        send(*named, message);
    }
    if (packet.op == opcode::pc && named != nullptr && broken(pc_before_cr_offered)) {
        send(*named, {opcode::pc, "stranger", "", 0});
    }
    for (auto& [id, other] : clients_) {
        if (packet.op == opcode::sma && other.pseudo && broken(sma_before_cr_delivered)) {
            send(other, message);
        }
    }
    if (!broken(early_requests_unanswered)) {
        reply(who, packet.op, error_code::refused);
    }
    if (follows(variant::early_request_closes)) {
        close(who);
    }
}

}  // namespace chatos::conformance
