// Connections, sessions and time.
#include "model/model.hpp"

#include <algorithm>
#include <utility>

namespace chatos::conformance {

using enum fault;

namespace {

constexpr std::size_t pending_max = 1'024;  // FLOW-5: the minimum

}  // namespace

model::model(const model_settings& settings) : settings_{settings} {}

model::client_state* model::find(connection_id id) {
    const auto it = clients_.find(id);
    return it == clients_.end() || it->second.closed ? nullptr : &it->second;
}

const model::client_state* model::find(connection_id id) const {
    const auto it = clients_.find(id);
    return it == clients_.end() || it->second.closed ? nullptr : &it->second;
}

void model::connect(connection_id id, model_time now) {
    advance_time(now);
    client_state& client = clients_[id];
    client.id = id;
    client.connected = now;
    finish_turn();
}

void model::receive(connection_id id, std::span<const std::byte> bytes, model_time now) {
    advance_time(now);
    client_state* client = find(id);
    if (client == nullptr || client->input_ended || died_) {
        return;
    }
    if (splits_character(*client, bytes)) {
        disconnect(*client, error_code::refused);
        finish_turn();
        return;
    }
    // WIRE-13: only the bytes count, not the pieces in which they arrive.
    unread_of(*client).append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    client->last_input = now_;
    if (client->packet_since && has(each_byte_restarts_limit)) {
        client->packet_since = now_;
    }
    for (pending_delivery& delivery : client->deliveries) {
        if (has(recipients_activity_extends_limit)) {
            delivery.created = now_;
            delivery.oldest_since = delivery.oldest_since ? std::optional{now_} : std::nullopt;
        }
    }
    if (!client->pseudo && has(each_byte_restarts_login_limit)) {
        client->connected = now_;
    }
    if (is_degenerate()) {
        receive_degenerate(*client);
    } else {
        read_packets(*client);
    }
    finish_turn();
}

void model::end(connection_id id, model_time now) {
    advance_time(now);
    client_state* client = find(id);
    if (client == nullptr || died_) {
        return;
    }
    client->input_ended = true;
    if (!unread_of(*client).empty() && has(dies_of_unfinished_packet)) {
        died_ = true;
        return;
    }
    if (client->unread == "\x06" && has(cut_error_counts_as_ok)) {
        client->unread.clear();
        take_answer(*client, 0);
    }
    if (is_degenerate()) {
        close(*client);
    } else if (client->is_ignored) {
        end_input(*client);
    } else {
        read_packets(*client);  // earlier bytes still count
    }
    finish_turn();
}

void model::lost(connection_id id, model_time now) {
    advance_time(now);
    client_state* client = find(id);
    if (client == nullptr || died_) {
        return;
    }
    if (!unread_of(*client).empty() && has(client->pseudo ? dies_of_reset_in_packet : dies_of_reset_before_cr)) {
        died_ = true;
        return;
    }
    if (client->pseudo && !client->requests.empty() && has(pseudo_kept_of_waiting)) {
        kept_pseudos_.insert(*client->pseudo);
    }
    if (!client->input_ended) {
        disturb_others(*client, reset_clears_permissions_of_others);
        disturb_others(*client, reset_drops_requests_of_others);
    }
    withdraw_deliveries_of(*client);
    lost_rooms_ += client->pseudo && !client->input_ended && has(no_room_after_reset) ? 1U : 0U;
    client->requests.clear();
    if (client->is_tunnel_end) {
        leave_tunnel(*client);
    }
    end_session(*client, client->input_ended ? end_reason::closed : end_reason::reset);
    client->closed = true;
    finish_turn();
}

void model::tick(model_time now) {
    advance_time(now);
    finish_turn();
}

/// Handles each passed deadline at its own time, before the current event.
void model::advance_time(model_time now) {
    turn_began_at_ = output_.size();
    for (auto next = next_deadline(); next && *next <= now && !died_; next = next_deadline()) {
        now_ = std::max(now_, *next);
        expire_deadlines();
    }
    now_ = std::max(now_, now);
}

void model::expire_deadlines() {
    expire_tunnels();
    for (auto& [id, client] : clients_) {
        if (!client.closed && !died_) {
            time_out_deliveries(client);
        }
        const auto deadline = input_deadline(client);
        if (deadline && *deadline <= now_ && !died_) {
            if (client.pseudo && has(pseudo_kept_after_timeout)) {
                kept_pseudos_.insert(*client.pseudo);
            }
            disturb_others(client, timeout_clears_permissions_of_others);
            lost_rooms_ += client.pseudo && has(no_room_after_timeout) ? 1U : 0U;
            disconnect(client, error_code::refused);  // ERR-4
            if (has(timeout_closes_with_reset)) {
                output_.back().action = model_output::kind::reset;
            }
        }
    }
}

/// ERR-4: when the client must have registered, or completed its packet.
std::optional<model_time> model::input_deadline(const client_state& client) const {
    if (client.closed || client.input_ended || client.is_ignored || is_degenerate()) {
        return std::nullopt;
    }
    if (client.is_tunnel_end) {
        const bool is_open = std::any_of(tunnels_.begin(), tunnels_.end(), [&](const tunnel_state& tunnel) {
            return tunnel.current == tunnel_state::stage::open &&
                   (tunnel.ends[0] == client.id || tunnel.ends[1] == client.id);
        });
        return !is_open && has(tunnel_wait_has_login_limit) ? std::optional{client.connected + settings_.login_timeout}
                                                            : std::nullopt;
    }
    if (client.first_pc && has(tunnel_first_pc_has_no_limit)) {
        return std::nullopt;
    }
    if (client.pseudo && has(idle_users_closed)) {
        return client.last_input + settings_.login_timeout;
    }
    if (!client.pseudo) {
        const bool unlimited = has(client.unread.empty() ? login_never_times_out : unfinished_login_never_times_out);
        return unlimited ? std::nullopt : std::optional{client.connected + settings_.login_timeout};
    }
    if (!client.packet_since || has(unfinished_packet_never_times_out)) {
        return std::nullopt;
    }
    return *client.packet_since + settings_.login_timeout;
}

std::optional<model_time> model::next_deadline() const {
    std::optional<model_time> next;
    const auto consider = [&](std::optional<model_time> time) {
        if (time && (!next || *time < *next)) {
            next = time;
        }
    };
    for (const tunnel_state& tunnel : tunnels_) {
        if (tunnel.current == tunnel_state::stage::accepted && !never_expires(tunnel)) {
            consider(tunnel.deadline);
        }
    }
    for (const auto& [id, client] : clients_) {
        consider(input_deadline(client));
        for (const pending_delivery& delivery : client.deliveries) {
            if (!client.closed && !delivery.timed_out && !never_times_out(delivery)) {
                consider(deadline_of(delivery));
            }
        }
    }
    return next;
}

std::string& model::unread_of(client_state& client) {
    return has(unfinished_packets_shared) ? shared_unread_ : client.unread;
}

bool model::may_read(const client_state& client) const {
    if (client.closed || client.is_ignored || client.closes_when_answered) {
        return false;
    }
    if (client.is_tunnel_end) {
        return has_room_for_tunnel_bytes(client);
    }
    const bool blocks =
        std::any_of(client.requests.begin(), client.requests.end(), [this](const pending_request& request) {
            return has(own_request_blocks_answers) || (request.op == opcode::pc && has(own_offer_blocks_answers)) ||
                   (request.op == opcode::sma && has(own_message_to_all_blocks_answers));
        });
    if (blocks) {
        return false;
    }
    if (has(unfinished_packet_stalls_everybody) && stalling_client_ && *stalling_client_ != client.id) {
        return false;
    }
    return client.requests.size() < pending_max;  // FLOW-5
}

bool model::wants_input(connection_id id) const {
    const client_state* client = find(id);
    return client != nullptr && may_read(*client);
}

void model::read_packets(client_state& client) {
    if (client.is_tunnel_end) {
        relay(client);
        return;
    }
    std::string& unread = unread_of(client);
    unsigned packets = 0;
    while (!died_ && may_read(client)) {
        const read_result result = read_packet(unread, settings_.wire);
        died_ = result.fatal;
        if (result.status == read_status::malformed && !died_) {
            if (unread[0] == 6 && client.deliveries.empty() && has(unasked_unassigned_code_ignored)) {
                unread.erase(0, 2);
                continue;
            }
            handle_malformed(client, result);
            return;
        }
        if (result.status == read_status::incomplete || died_) {
            break;
        }
        unread.erase(0, result.consumed);
        client.packet_since.reset();
        if (result.status == read_status::complete) {
            handle(client, result.packet);
        }
        if (result.packet.op == opcode::cr && has(requests_with_cr_lost)) {
            unread.clear();
        }
        if (client.is_tunnel_end && !client.closed) {
            client.packet_since.reset();
            relay(client);
            return;
        }
        client.history.last_packet = now_;
        if (has(rest_of_a_read_lost) || (++packets == 2 && has(third_packet_of_a_read_lost))) {
            unread.clear();
        }
    }
    if (client.closed || died_) {
        return;
    }
    client.is_paused = !may_read(client) && (!unread.empty() || client.input_ended);
    if (has(unfinished_packet_forgotten) ||
        ((unread.size() == 2 || unread.size() == 1) && has(unfinished_size_forgotten)) ||
        (unread == "\x06" && has(error_across_reads_lost))) {
        unread.clear();
    }
    if (unread.empty() || client.is_paused) {
        client.packet_since.reset();
    } else if (!client.packet_since) {
        client.packet_since = has(idle_time_counts_for_packet) ? client.history.last_packet : now_;
    }
    if (client.first_pc && has(tunnel_second_pc_must_come_along)) {
        client.first_pc.reset();
        reply(client, opcode::pc, error_code::refused);
    }
    if (has(unfinished_packet_stalls_everybody) && (!stalling_client_ || *stalling_client_ == client.id)) {
        stalling_client_ = unread.empty() || client.input_ended ? std::nullopt : std::optional{client.id};
    }
    if (client.input_ended && !client.is_paused) {
        end_input(client);
    }
}

/// ERR-1: neither the packet nor anything after it has an effect. ERR-2: the session ends.
void model::handle_malformed(client_state& client, const read_result& bad) {
    disturb_others(client, malformed_drops_requests_of_others);
    disturb_others(client, malformed_clears_permissions_of_others);
    lost_rooms_ += client.pseudo && has(no_room_after_malformed) ? 1U : 0U;
    if (has(malformed_ignored) || (!client.pseudo && has(malformed_before_cr_ignored))) {
        client.is_ignored = true;
        return;
    }
    act_on_what_follows(client, bad);
    if (has(malformed_drops_settled_answers)) {
        discard_output(client.id, false);
    }
    if (has(malformed_undoes_deliveries)) {
        discard_output(client.id, true);
    }
    if (has(malformed_stays_open)) {
        send_code(client, 5);
        client.is_ignored = true;
        return;
    }
    if (has(malformed_waits_for_pending) && !client.requests.empty()) {
        client.closes_when_answered = true;
        end_session(client, end_reason::disconnected);
        return;
    }
    if (has(malformed_error_first)) {
        const std::string error = write_packet({opcode::error, "", "", 5}, settings_.wire.faults);
        output_.insert(output_.begin() + static_cast<std::ptrdiff_t>(turn_began_at_),
                       {client.id, model_output::kind::bytes, error});
        disconnect(client, std::nullopt);
        return;
    }
    if (has(malformed_ends_everybody)) {
        for (auto& [id, other] : clients_) {
            if (!other.closed && id != client.id) {
                disconnect(other, std::nullopt);
            }
        }
    }
    if (has(malformed_answered_twice)) {
        send_code(client, 5);
    }
    disconnect(client, has(malformed_gets_unreachable) ? error_code::unreachable : error_code::refused);
}

/// FLOW-8: the session ends at once; due answers are still sent, then the connection is closed.
void model::end_input(client_state& client) {
    if (!has(half_close_keeps_session) || client.requests.empty()) {
        end_session(client, end_reason::closed);
    }
    std::erase_if(client.requests, [this](const pending_request& request) {
        return has(half_close_drops_answers) || (request.op == opcode::pc && has(half_close_drops_decision)) ||
               (request.op == opcode::sma && has(half_close_drops_answer_to_all));
    });
    close_if_done(client);
}

void model::close_if_done(client_state& client) {
    if (client.requests.empty() && client.closes_when_answered && !client.closed) {
        disconnect(client, error_code::refused);
    } else if (client.requests.empty() && client.input_ended && !client.is_paused && !client.closed) {
        end_session(client, end_reason::closed);
        if (!has(half_close_never_closed) && (client.unread.empty() || !has(half_close_in_packet_never_closed))) {
            close(client);
        }
    }
}

/// CONN-6: frees the pseudo. PM-7, PC-4, ALL-9, FLOW-8: settles the client's unanswered deliveries.
void model::end_session(client_state& client, end_reason reason) {
    if (client.refused_pseudo && has(taken_pseudo_freed)) {
        if (client_state* holder = holder_of(*client.refused_pseudo)) {
            holder->pseudo.reset();
        }
    }
    if (stalling_client_ == client.id) {
        stalling_client_.reset();
    }
    shared_unread_.clear();
    if (client.pseudo) {
        disturb_at_end(client, reason);
    }
    for (const pending_delivery& delivery : client.deliveries) {
        if (client.pseudo && delivery.request_op == opcode::sma && !delivery.timed_out) {
            unanswered_by_name_[*client.pseudo] = delivery.packet;
        }
    }
    if (client.pseudo) {
        const bool keeps_pseudo = (reason == end_reason::closed && has(pseudo_kept_after_close)) ||
                                  (reason == end_reason::reset && has(pseudo_kept_after_reset)) ||
                                  (reason == end_reason::disconnected && has(pseudo_kept_after_malformed));
        if (keeps_pseudo || (!client.deliveries.empty() && has(pseudo_kept_of_debtors))) {
            kept_pseudos_.insert(*client.pseudo);
        }
        left_pseudos_.insert(*client.pseudo);
        pass_on_pseudo(*std::exchange(client.pseudo, std::nullopt));
    }
    if (has(half_close_owes_on) && reason == end_reason::closed && !client.requests.empty()) {
        return;
    }
    const std::deque<pending_delivery> deliveries = std::exchange(client.deliveries, {});
    for (const pending_delivery& delivery : deliveries) {
        if (!delivery.timed_out && !stays_unsettled(client, delivery, reason)) {
            recipient_left(delivery, reason);
            settle_requests_of(delivery.requester);
            if (delivery.request_op == opcode::spm && has(spm_first_owed_settled)) {
                break;
            }
        }
    }
}

/// Ends the session and abandons pending requests; deliveries already made remain. The ERROR comes last (ERR-2).
void model::disconnect(client_state& client, std::optional<error_code> code) {
    client.requests.clear();
    end_session(client, end_reason::disconnected);
    if (code && !follows(variant::closes_without_error)) {
        send_code(client, static_cast<std::uint8_t>(*code));
    }
    close(client);
}

void model::close(client_state& client) {
    if (client.closed) {
        return;
    }
    output_.push_back({client.id, has(closes_with_reset) ? model_output::kind::reset : model_output::kind::close, {}});
    client.closed = true;
    if (client.is_tunnel_end) {
        leave_tunnel(client);
    }
    end_session(client, end_reason::disconnected);
}

void model::send(client_state& client, const model_packet& packet) {
    if (!client.closed) {
        output_.push_back({client.id, model_output::kind::bytes, write_packet(packet, settings_.wire.faults)});
    }
}

void model::send_code(client_state& client, std::uint8_t code) {
    send(client, {opcode::error, "", "", code});
}

bool model::is_tunnel_end(connection_id id) const {
    const client_state* client = find(id);
    return client != nullptr && client->is_tunnel_end;
}

/// Resumes clients that had to wait, and forgets closed ones.
void model::finish_turn() {
    for (bool has_progress = true; has_progress && !died_;) {
        has_progress = false;
        for (auto& [id, client] : clients_) {
            if (!client.closed && !client.postponed.empty() && !must_wait(client)) {
                handle_postponed(client);
                has_progress = true;
            }
            if (!client.closed && client.is_paused && may_read(client)) {
                client.is_paused = false;
                read_packets(client);
                has_progress = true;
            }
        }
    }
    std::erase_if(clients_, [](const auto& entry) { return entry.second.closed; });
}

std::vector<model_output> model::take_output() {
    turn_began_at_ = 0;
    return std::exchange(output_, {});
}

std::size_t model::users() const {
    return static_cast<std::size_t>(std::count_if(clients_.begin(), clients_.end(), [](const auto& entry) {
        return entry.second.pseudo.has_value() && !entry.second.closed;
    }));
}

}  // namespace chatos::conformance
