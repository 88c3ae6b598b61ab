// Tunnels for private connections (TUN-1 to TUN-5): how a connection becomes an end, what a tunnel relays, and how it
// ends. tunnel_registry.hpp decides which users may have a tunnel.
#include "core/ensure.hpp"
#include "core/server.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace chatos::core {

// TUN-1, TUN-3: only the first packet of a connection can begin a tunnel end, and only from the origin of a user with
// that pseudo. It waits for the second packet: one ERROR answers both.
void server::handle_unregistered_pc(connection& client, std::string_view pseudo) {
    if (client.first_pc_held) {
        const std::string own = std::move(held_pcs_.extract(client.id.slot).mapped());
        client.first_pc_held = false;
        become_tunnel_end(client, own, pseudo);
        return;
    }
    if (options_.tunnels && !client.has_sent_packet && tunnels_.has_user({std::string{pseudo}, client.source})) {
        client.first_pc_held = true;
        held_pcs_.emplace(client.id.slot, pseudo);
        return;
    }
    answer_at_once(client, error_code::refused);  // CONN-8
}

// CONN-8, delayed: no second PC followed the first.
void server::answer_held_pc(connection& client) {
    if (client.first_pc_held) {
        client.first_pc_held = false;
        held_pcs_.erase(client.id.slot);
        answer_at_once(client, error_code::refused);
    }
}

// Does not open the tunnel yet, because the bytes after the second PC must be kept first.
void server::become_tunnel_end(connection& client, const std::string& own, std::string_view peer) {
    ++statistics_.tunnel_ends;
    enter(client, phase::tunnel_waiting);
    if (!tunnels_.claim(client.id, {own, client.source}, peer)) {
        refuse_tunnel_end(client);
        return;
    }
    arm_timer(client);
}

// Identifies the request that `asking` is about to make.
void server::record_offer(const connection& asking, const connection& recipient) {
    if (options_.tunnels) {
        ++statistics_.tunnels_offered;
        const auto user_of = [this](const connection& user) {
            const bool shares = user.shares_apply || options_.tunnels_per_address_max != 0;
            return tunnel_user{.pseudo = *user.pseudo,
                               .source = user.source,
                               .network = shares ? std::optional{user.from_network->network} : std::nullopt};
        };
        tunnels_.offer({.sender = asking.id, .request_number = asking.requests.next_number()}, user_of(asking),
                       user_of(recipient));
    }
}

// The asking user may have left: its end may still come (TUN-5).
void server::record_decision(const delivery& offer, error_code code) {
    const offer_id id{.sender = offer.sender, .request_number = offer.request_number};
    const bool accepted = code == error_code::ok;
    const tunnel_limit limit = accepted ? tunnels_.limit_reached(id, options_) : tunnel_limit::none;
    if (accepted && limit == tunnel_limit::none) {
        if (const auto ends = tunnels_.accept(id, now_ + options_.tunnel_timeout)) {
            ++statistics_.tunnels_accepted;
            for (const connection_id end_id : *ends) {
                if (connection* end = connections_.find(end_id)) {
                    arm_timer(*end);
                    open_tunnel_if_complete(*end);
                }
            }
        }
        return;
    }
    const auto refused =
        accepted ? tunnels_.refuse_beyond_limit(id, now_ + options_.tunnel_timeout, turned_away_max(options_))
                 : tunnels_.refuse(id);
    if (!refused) {
        return;  // tunnels are off, or the server drains
    }
    ++statistics_.tunnels_refused;
    if (accepted) {
        ++statistics_.tunnels_without_room;
        ++statistics_.tunnels_without_room_by_limit[static_cast<std::size_t>(limit)];
        if (log_ != nullptr) {
            log_->take({.kind = notice::event::tunnel_limit, .connection = offer.sender, .limit = limit});
        }
    }
    for (const connection_id end_id : refused->orphaned) {
        if (connection* end = connections_.find(end_id)) {
            refuse_tunnel_end(*end);
        }
    }
    for (const connection_id end_id : refused->rehomed) {
        if (connection* end = connections_.find(end_id)) {
            arm_timer(*end);
            open_tunnel_if_complete(*end);
        }
    }
}

// TUN-2: both ends are present. What they sent before follows the ERROR 0, in order.
void server::open_tunnel_if_complete(connection& end) {
    if (end.current_phase() != phase::tunnel_waiting || tunnels_.state_of(end.id).state != tunnel_state::accepted) {
        return;
    }
    connection* partner = tunnel_partner(end);
    if (partner == nullptr) {
        return;
    }
    tunnels_.open(end.id);
    ++statistics_.tunnels_opened;
    const std::array both{&end, partner};
    for (connection* client : both) {
        enter(*client, phase::tunnel_open);
        client->output.push(answers_[static_cast<std::size_t>(error_code::ok)]);
    }
    for (connection* client : both) {
        relay(*client, client->pending_input.bytes());
        client->pending_input.clear();
    }
    end_tunnel_if_done(end);
    end_tunnel_if_done(*partner);
}

// TUN-4. `end` is not in the registry, or not any more.
void server::refuse_tunnel_end(connection& end) {
    ++statistics_.tunnel_ends_refused;
    end.output.push(answers_[static_cast<std::size_t>(error_code::unreachable)]);
    finish(end);
}

void server::expire_tunnel_of(connection& end) {
    tunnels_.expire_with(end.id);
    ++statistics_.tunnels_expired;
    refuse_tunnel_end(end);
}

connection* server::tunnel_partner(const connection& end) {
    return connections_.find(tunnels_.state_of(end.id).partner);
}

const connection* server::tunnel_partner(const connection& end) const {
    return connections_.find(tunnels_.state_of(end.id).partner);
}

// TUN-2: backpressure. An end that does not read delays its partner and no other client.
bool server::tunnel_has_room(const connection& end) const {
    if (end.current_phase() == phase::tunnel_waiting) {
        return end.pending_input.bytes().size() < options_.tunnel_buffer_bytes_max;
    }
    const connection* partner = tunnel_partner(end);
    if (partner == nullptr) {
        return true;  // read and discard, as when finishing
    }
    const output_queue& output = partner->output;
    return output.size_bytes() + output.frames() * options::tunnel_read_cost_bytes < options_.tunnel_buffer_bytes_max;
}

// Only what was read already is still relayed, in both directions.
bool server::tunnel_ends(const connection& end) const {
    const connection* partner = tunnel_partner(end);
    return partner == nullptr || (partner->input_ended && end.input_ended);
}

void server::take_tunnel_bytes(connection& end, std::span<const std::byte> bytes) {
    if (end.current_phase() == phase::tunnel_waiting) {
        end.pending_input.append(bytes);
    } else {
        relay(end, bytes);
    }
}

void server::relay(connection& from, std::span<const std::byte> bytes) {
    connection* to = tunnel_partner(from);
    if (to != nullptr && !bytes.empty()) {
        to->output.push(frame::of_bytes(bytes));
        statistics_.tunnel_bytes_relayed += bytes.size();
        from.since = now_;
        mark_changed(*to);
    }
}

// TUN-4: bytes in either direction, and those that an end takes, keep a tunnel.
time_point server::idle_deadline_of(const connection& end) const {
    const connection* partner = tunnel_partner(end);
    const time_point active = partner == nullptr ? end.since : std::max(end.since, partner->since);
    return active + options_.tunnel_idle_timeout;
}

// TUN-4. The ends are not read any more; what was read is still written, as when a tunnel ends otherwise.
void server::end_idle_tunnel(connection& end) {
    ++statistics_.tunnels_idle;
    notify(notice::event::tunnel_idle, end);
    const std::array both{&end, tunnel_partner(end)};
    for (connection* client : both) {
        if (client != nullptr) {
            tunnels_.remove_end(client->id);
            finish(*client);
        }
    }
}

// TUN-2: half-close. The other direction continues; for a waiting end it takes effect once the tunnel opens.
void server::end_tunnel_input(connection& end) {
    if (end.current_phase() != phase::tunnel_open) {
        return;
    }
    if (connection* partner = tunnel_partner(end)) {
        mark_changed(*partner);
        end_tunnel_if_done(*partner);
    }
    if (end.current_phase() == phase::tunnel_open) {
        end_tunnel_if_done(end);
    }
}

// Called when what `end` waits for may have changed. After a tunnel ends, what was read is
// written for as long as the client takes it.
void server::end_tunnel_if_done(connection& end) {
    connection* partner = tunnel_partner(end);
    if (partner != nullptr) {
        mark_changed(*partner);  // its bytes may have room again
    }
    if (end.output.empty()) {
        mark_changed(end);  // its sending side may have to be shut down
    }
    if (!tunnel_ends(end)) {
        return;
    }
    if (end.output.empty()) {
        leave_tunnel(end);
        finish(end);
        return;
    }
    if (end.phase_deadline == never) {
        end.phase_deadline = driver_now_ + options_.flush_timeout;
        arm_timer(end);
    }
}

// For any reason: what the end has sent still reaches its partner, which then ends too.
void server::leave_tunnel(connection& end) {
    if (end.first_pc_held) {
        end.first_pc_held = false;
        held_pcs_.erase(end.id.slot);
    }
    if (!end.is_tunnel_end()) {
        return;
    }
    if (end.current_phase() == phase::tunnel_waiting) {
        ++statistics_.tunnel_ends_lost;
        tunnels_.remove_end(end.id);  // it may come again
        enter(end, phase::leaving);
        return;
    }
    connection* partner = tunnel_partner(end);
    tunnels_.remove_end(end.id);
    enter(end, phase::leaving);
    if (partner != nullptr) {
        end_tunnel_if_done(*partner);
    }
}

// No end can come any more, so waiting ends are refused. Open tunnels may continue until the end of the drain.
void server::drain_tunnels() {
    connections_.for_each([this](connection& client) {
        answer_held_pc(client);
        if (client.current_phase() == phase::tunnel_waiting) {
            tunnels_.remove_end(client.id);
            refuse_tunnel_end(client);
        }
    });
    statistics_.tunnels_refused += tunnels_.offered();
    statistics_.tunnels_expired += tunnels_.awaited();
    tunnels_.erase_all_but_open();
}

void server::close_tunnels() {
    connections_.for_each([this](connection& client) {
        if (client.current_phase() == phase::tunnel_open) {
            tunnels_.remove_end(client.id);
            finish(client);
        }
    });
}

}  // namespace chatos::core
