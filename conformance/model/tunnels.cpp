// Relayed private connections (TUN): how an unregistered client becomes a tunnel end, what is relayed, and how the
// tunnel ends. Not modeled: addresses (TUN-3), as all connections come from one, and backpressure.
#include "model/model.hpp"

#include <chatos/utf8.hpp>

#include <algorithm>
#include <utility>

namespace chatos::conformance {

using enum fault;

namespace {

constexpr std::size_t tunnels_max = 1'000;      // TUN-4
constexpr std::size_t kept_bytes_max = 65'536;  // TUN-2: while the tunnel is not open
constexpr std::size_t few_bytes = 65'536;       // all that a fault relays

}  // namespace

/// TUN-1: the first two packets of a connection can make it a tunnel end. True if this is one of them.
bool model::opens_tunnel_end(client_state& client, const model_packet& packet) {
    const bool is_first = !std::exchange(client.has_sent_packet, true);
    if (client.first_pc) {
        const std::string own = *std::exchange(client.first_pc, std::nullopt);
        if (packet.op != opcode::pc) {
            if (!has(held_pc_unanswered)) {
                reply(client, opcode::pc, error_code::refused);  // CONN-8, late
            }
            return false;
        }
        client.is_tunnel_end = true;
        join_tunnel(client, own, packet.pseudo);
        return true;
    }
    if (!settings_.tunnels || !(is_first || has(tunnel_end_after_other_packets)) || packet.op != opcode::pc ||
        !has_tunnel_for(packet.pseudo)) {
        return false;
    }
    client.first_pc = packet.pseudo;
    if (has(tunnel_each_pc_answered)) {
        send_code(client, 0);
    }
    return true;
}

/// TUN-3: whether an offered or accepted PC has this pseudo as one side.
bool model::has_tunnel_for(const std::string& pseudo) {
    const bool has_tunnel = std::any_of(tunnels_.begin(), tunnels_.end(), [&](const tunnel_state& tunnel) {
        return tunnel.sides[0] == pseudo || tunnel.sides[1] == pseudo;
    });
    return has_tunnel || (has(tunnel_end_without_offer) && holder_of(pseudo) != nullptr);
}

/// TUN-3: accepted tunnels come before undecided ones. TUN-4: refused if no end is free.
void model::join_tunnel(client_state& client, const std::string& own, const std::string& peer) {
    for (const auto stage : {tunnel_state::stage::accepted, tunnel_state::stage::offered}) {
        for (tunnel_state& tunnel : tunnels_) {
            for (std::size_t side = 0; side < 2; ++side) {
                const bool fits = tunnel.current == stage && tunnel.sides[side] == own &&
                                  (tunnel.sides[1 - side] == peer || has(tunnel_any_second_pc));
                const bool comes_too_early =
                    side == 1 && ((!tunnel.ends[0] && has(tunnel_peer_first_refused)) ||
                                  (stage == tunnel_state::stage::offered && has(tunnel_early_end_of_peer_refused)));
                const bool is_free = (!tunnel.ends[side] || has(tunnel_end_taken_over)) && !comes_too_early;
                if (fits && is_free && !(stage == tunnel_state::stage::offered && has(tunnel_early_end_refused))) {
                    tunnel.ends[side] = client.id;
                    if (tunnel.ends[1 - side] && has(tunnel_bytes_with_second_end_lost)) {
                        client.unread.clear();
                    }
                    open_if_complete(tunnel);
                    return;
                }
            }
        }
    }
    const auto opened = std::find_if(tunnels_.begin(), tunnels_.end(), [&](const tunnel_state& tunnel) {
        return tunnel.current == tunnel_state::stage::open && tunnel.sides[0] == own && tunnel.sides[1] == peer;
    });
    if (opened != tunnels_.end() && has(tunnel_opens_again)) {
        tunnels_.push_back(
            {0, 0, {own, peer}, tunnel_state::stage::accepted, now_ + settings_.tunnel_timeout, {client.id, {}}});
        return;
    }
    refuse_tunnel_end(client);
}

void model::refuse_tunnel_end(client_state& client) {
    if (has(tunnel_refused_end_waits_on)) {
        return;
    }
    send_code(client, has(tunnel_refused_end_gets_refused) ? 5 : 4);
    if (!has(tunnel_refused_end_stays_open)) {
        close(client);
    }
}

void model::record_offer(const client_state& requester, std::uint64_t request_number, const client_state& peer) {
    if (settings_.tunnels) {
        tunnels_.push_back({requester.id,
                            request_number,
                            {requester.pseudo.value_or(""), peer.pseudo.value_or("")},
                            tunnel_state::stage::offered,
                            {},
                            {}});
    }
}

/// The requester may have left meanwhile (TUN-5).
void model::record_decision(const pending_delivery& offer, std::uint8_t code) {
    const auto tunnel = std::find_if(tunnels_.begin(), tunnels_.end(), [&](const tunnel_state& t) {
        return t.current == tunnel_state::stage::offered && t.requester == offer.requester &&
               t.request == offer.request;
    });
    if (tunnel == tunnels_.end()) {
        return;
    }
    const auto accepted = std::count_if(tunnels_.begin(), tunnels_.end(), [](const tunnel_state& t) {
        return t.current != tunnel_state::stage::offered;
    });
    const bool is_new = accepted_pairs_.insert(tunnel->sides).second || !has(tunnel_second_acceptance_refused);
    const bool opens_anyway = has(tunnel_refused_opens_later) && !tunnel->ends[0] && !tunnel->ends[1];
    if ((code == 0 || opens_anyway) && is_new && static_cast<std::size_t>(accepted) < tunnels_max) {
        tunnel->current = tunnel_state::stage::accepted;
        tunnel->deadline = now_ + settings_.tunnel_timeout;
        open_if_complete(*tunnel);
    } else {
        drop_tunnel(static_cast<std::size_t>(tunnel - tunnels_.begin()));
    }
}

/// TUN-4: refuses the ends that wait for it.
void model::drop_tunnel(std::size_t index) {
    const std::array<std::optional<connection_id>, 2> ends = tunnels_[index].ends;
    tunnels_.erase(tunnels_.begin() + static_cast<std::ptrdiff_t>(index));
    for (const auto& id : ends) {
        if (client_state* end = id ? find(*id) : nullptr) {
            refuse_tunnel_end(*end);
        }
    }
}

/// For faults that violate TUN-4.
bool model::never_expires(const tunnel_state& tunnel) const {
    return has(tunnel_never_expires) || (tunnel.ends[1] && has(tunnel_peer_end_never_expires));
}

void model::expire_tunnels() {
    for (std::size_t index = tunnels_.size(); index-- > 0;) {
        tunnel_state& tunnel = tunnels_[index];
        const bool is_empty = !tunnel.ends[0] && !tunnel.ends[1];
        if (tunnel.current == tunnel_state::stage::accepted && tunnel.deadline <= now_ && !never_expires(tunnel)) {
            if (is_empty && has(tunnel_acceptance_never_expires)) {
                tunnel.deadline += settings_.tunnel_timeout;
                continue;
            }
            drop_tunnel(index);
        }
    }
}

/// TUN-2: ERROR 0 to both ends, then the bytes that they have sent so far.
void model::open_if_complete(tunnel_state& tunnel) {
    if (has(tunnel_opens_with_one_end) && tunnel.current == tunnel_state::stage::accepted) {
        for (const auto& id : tunnel.ends) {
            if (client_state* end = id ? find(*id) : nullptr;
                end != nullptr && !std::exchange(end->was_answered, true)) {
                send_code(*end, 0);
            }
        }
    }
    const bool is_decided = tunnel.current == tunnel_state::stage::accepted || has(tunnel_opens_undecided);
    if (!is_decided || !tunnel.ends[0] || !tunnel.ends[1]) {
        return;
    }
    tunnel.current = tunnel_state::stage::open;
    client_state* first = find(*tunnel.ends[0]);
    client_state* second = find(*tunnel.ends[1]);
    if (first == nullptr || second == nullptr) {
        return;
    }
    for (client_state* end : {first, second}) {
        if (has(tunnel_ends_refused)) {
            send_code(*end, 5);
        } else if (!end->was_answered) {
            send_code(*end, 0);
        }
        if (has(tunnel_early_bytes_lost) || has(tunnel_keeps_1_kib)) {
            end->unread.resize(has(tunnel_early_bytes_lost) ? 0 : std::min<std::size_t>(end->unread.size(), 1'024));
        }
    }
    relay(*first);
    relay(*second);
}

model::tunnel_state* model::tunnel_of(const client_state& end) {
    const auto tunnel = std::find_if(tunnels_.begin(), tunnels_.end(),
                                     [&](const tunnel_state& t) { return t.ends[0] == end.id || t.ends[1] == end.id; });
    return tunnel == tunnels_.end() ? nullptr : &*tunnel;
}

model::client_state* model::partner_of(const client_state& end) {
    const tunnel_state* tunnel = tunnel_of(end);
    if (tunnel == nullptr || tunnel->current != tunnel_state::stage::open) {
        return nullptr;
    }
    const auto& other = tunnel->ends[0] == end.id ? tunnel->ends[1] : tunnel->ends[0];
    return other ? find(*other) : nullptr;
}

/// TUN-2: relays every byte, unread, and the end of input.
void model::relay(client_state& end) {
    client_state* partner = partner_of(end);
    if (partner == nullptr) {
        if (!end.unread.empty() && has(tunnel_early_bytes_refused)) {
            disconnect(end, error_code::refused);
        } else if (end.input_ended && has(tunnel_early_half_close_refused)) {
            refuse_tunnel_end(end);
        }
        return;
    }
    std::string bytes = std::exchange(end.unread, {});
    const bool is_packet = read_packet(bytes, settings_.wire).status == read_status::complete;
    if (has(tunnel_cuts_at_64_kib)) {
        bytes.resize(std::min(bytes.size(), few_bytes - std::min(few_bytes, end.relayed)));
    }
    if (has(tunnel_stops_at_nul)) {
        bytes.resize(std::min(bytes.size(), bytes.find('\0')));
    }
    if (has(tunnel_high_bytes_replaced) && find_ill_formed_utf8(bytes) != utf8_well_formed) {
        std::replace_if(
            bytes.begin(), bytes.end(), [](char c) { return c < 0; }, '?');
    }
    end.relayed += bytes.size();
    const tunnel_state* tunnel = tunnel_of(end);
    const bool is_peer = tunnel != nullptr && tunnel->ends[1] == end.id;
    if (is_peer && has(tunnel_relays_one_way)) {
        bytes.clear();
    }
    if (!bytes.empty() && !has(tunnel_not_relayed) && (is_packet || !has(tunnel_relays_packets_only))) {
        output_.push_back({partner->id, model_output::kind::bytes, bytes});
    }
    if (end.input_ended && partner->input_ended) {
        close(end);
        close(*partner);
    } else if (end.input_ended && !std::exchange(end.has_relayed_end, true)) {
        if (has(tunnel_half_close_cuts_both) || (is_peer && has(tunnel_half_close_of_peer_cuts))) {
            close(end);
            close(*partner);
        } else if (!has(tunnel_half_close_not_relayed)) {
            output_.push_back({partner->id, model_output::kind::end, {}});
        }
    }
}

/// The end is closed or lost: so is its partner. An end that was still waiting may connect again.
void model::leave_tunnel(client_state& end) {
    client_state* partner = partner_of(end);
    const tunnel_state* tunnel = tunnel_of(end);
    end.is_tunnel_end = false;
    if (tunnel == nullptr) {
        return;
    }
    const bool was_peer = tunnel->ends[1] == end.id;
    if (tunnel->current == tunnel_state::stage::open) {
        tunnels_.erase(tunnels_.begin() + (tunnel - tunnels_.data()));
        const bool is_kept = has(tunnel_reset_not_relayed) || (was_peer && has(tunnel_reset_of_peer_not_relayed));
        if (partner != nullptr && !is_kept) {
            close(*partner);
        }
        return;
    }
    if (has(tunnel_reset_end_stays_taken)) {
        return;
    }
    tunnel_state& waiting = tunnels_[static_cast<std::size_t>(tunnel - tunnels_.data())];
    waiting.ends[waiting.ends[0] == end.id ? 0 : 1].reset();
}

bool model::has_room_for_tunnel_bytes(const client_state& end) const {
    return end.unread.size() < kept_bytes_max;
}

/// For a fault.
std::size_t model::open_tunnel_ends() const {
    return 2 * static_cast<std::size_t>(std::count_if(tunnels_.begin(), tunnels_.end(), [](const tunnel_state& tunnel) {
               return tunnel.current == tunnel_state::stage::open;
           }));
}

/// For faults that violate TUN-5.
bool model::is_side_to_cut(const tunnel_state& tunnel, const std::string& pseudo) const {
    return (tunnel.sides[0] == pseudo && !has(tunnel_cut_when_peer_leaves)) ||
           (tunnel.sides[1] == pseudo && !has(tunnel_cut_when_asker_leaves));
}

/// For a fault.
void model::cut_tunnels_of(const std::string& pseudo) {
    for (bool closed_one = true; std::exchange(closed_one, false);) {
        for (const tunnel_state& tunnel : tunnels_) {
            client_state* end = tunnel.ends[0] ? find(*tunnel.ends[0]) : nullptr;
            if (tunnel.current == tunnel_state::stage::open && end != nullptr && is_side_to_cut(tunnel, pseudo)) {
                close(*end);
                closed_one = true;
                break;
            }
        }
    }
}

}  // namespace chatos::conformance
