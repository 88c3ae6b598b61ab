// Private connections that the server carries (TUN): how a stranger becomes one end of a tunnel, what goes through, how
// it ends. Two things it leaves to a real server: addresses (TUN-3; all its connections come from one), and
// backpressure.
#include "model/model.hpp"

#include <algorithm>
#include <utility>

namespace chatos::conformance {

using enum fault;

namespace {

constexpr std::size_t tunnels_max = 1'000;      // TUN-4
constexpr std::size_t kept_bytes_max = 65'536;  // TUN-2: of an end whose tunnel is not open
constexpr std::size_t few_bytes = 65'536;       // what a fault lets through

}  // namespace

/// TUN-1: the first two packets of a connection can make it a tunnel end. True when this was one of them.
bool model::opens_tunnel_end(client& who, const model_packet& packet) {
    const bool is_first = !std::exchange(who.has_spoken, true);
    if (who.first_pc) {
        const std::string own = *std::exchange(who.first_pc, std::nullopt);
        if (packet.op != opcode::pc) {
            reply(who, opcode::pc, error_code::refused);  // CONN-8, late
            return false;
        }
        who.is_tunnel_end = true;
        take_seat(who, own, packet.pseudo);
        return true;
    }
    if (!settings_.tunnels || !is_first || packet.op != opcode::pc || !may_come(packet.pseudo)) {
        return false;
    }
    who.first_pc = packet.pseudo;
    if (broken(tunnel_each_pc_answered)) {
        send_code(who, 0);
    }
    return true;
}

/// TUN-3: a PC that is offered or accepted has this pseudo as one side.
bool model::may_come(const std::string& pseudo) {
    const bool has_tunnel = std::any_of(tunnels_.begin(), tunnels_.end(), [&](const tunnel& one) {
        return one.sides[0] == pseudo || one.sides[1] == pseudo;
    });
    return has_tunnel || (broken(tunnel_end_without_offer) && holder_of(pseudo) != nullptr);
}

/// TUN-3: what is accepted comes before what is undecided. TUN-4: no place is left.
void model::take_seat(client& who, const std::string& own, const std::string& peer) {
    for (const auto wanted : {tunnel::state::accepted, tunnel::state::offered}) {
        for (tunnel& one : tunnels_) {
            for (std::size_t side = 0; side < 2; ++side) {
                const bool fits = one.now_in == wanted && one.sides[side] == own && one.sides[1 - side] == peer;
                const bool is_free = !one.ends[side] || broken(tunnel_end_taken_over);
                if (fits && is_free && !(wanted == tunnel::state::offered && broken(tunnel_early_end_refused))) {
                    one.ends[side] = who.id;
                    open_if_complete(one);
                    return;
                }
            }
        }
    }
    const auto opened = std::find_if(tunnels_.begin(), tunnels_.end(), [&](const tunnel& one) {
        return one.now_in == tunnel::state::open && one.sides[0] == own && one.sides[1] == peer;
    });
    if (opened != tunnels_.end() && broken(tunnel_opens_again)) {
        tunnels_.push_back({0, 0, {own, peer}, tunnel::state::accepted, now_ + settings_.tunnel_timeout, {who.id, {}}});
        return;
    }
    refuse_tunnel_end(who);
}

void model::refuse_tunnel_end(client& who) {
    if (broken(tunnel_refused_end_waits_on)) {
        return;
    }
    send_code(who, broken(tunnel_refused_end_gets_refused) ? 5 : 4);
    if (!broken(tunnel_refused_end_stays_open)) {
        close(who);
    }
}

/// A PC has reached its peer.
void model::note_offer(const client& asking, std::uint64_t request_number, const client& asked) {
    if (settings_.tunnels) {
        tunnels_.push_back({asking.id,
                            request_number,
                            {asking.pseudo.value_or(""), asked.pseudo.value_or("")},
                            tunnel::state::offered,
                            {},
                            {}});
    }
}

/// What has become of it. The one who asked may have left meanwhile (TUN-5).
void model::note_decision(const delivery& offer, std::uint8_t code) {
    const auto found = std::find_if(tunnels_.begin(), tunnels_.end(), [&](const tunnel& one) {
        return one.now_in == tunnel::state::offered && one.asker == offer.asker && one.request == offer.request;
    });
    if (found == tunnels_.end()) {
        return;
    }
    const auto agreed = std::count_if(tunnels_.begin(), tunnels_.end(),
                                      [](const tunnel& one) { return one.now_in != tunnel::state::offered; });
    if (code == 0 && static_cast<std::size_t>(agreed) < tunnels_max) {
        found->now_in = tunnel::state::accepted;
        found->deadline = now_ + settings_.tunnel_timeout;
        open_if_complete(*found);
    } else {
        give_up(static_cast<std::size_t>(found - tunnels_.begin()));
    }
}

/// TUN-4: the tunnel is gone, and who waits at it waits in vain.
void model::give_up(std::size_t index) {
    const std::array<std::optional<connection_id>, 2> ends = tunnels_[index].ends;
    tunnels_.erase(tunnels_.begin() + static_cast<std::ptrdiff_t>(index));
    for (const auto& id : ends) {
        if (client* end = id ? find(*id) : nullptr) {
            refuse_tunnel_end(*end);
        }
    }
}

void model::expire_tunnels() {
    for (std::size_t index = tunnels_.size(); index-- > 0;) {
        const tunnel& one = tunnels_[index];
        if (one.now_in == tunnel::state::accepted && one.deadline <= now_ && !broken(tunnel_never_expires)) {
            give_up(index);
        }
    }
}

/// TUN-2: ERROR 0 on both; then what they have sent so far.
void model::open_if_complete(tunnel& one) {
    if (broken(tunnel_opens_with_one_end) && one.now_in == tunnel::state::accepted) {
        for (const auto& id : one.ends) {
            if (client* end = id ? find(*id) : nullptr; end != nullptr && !std::exchange(end->was_told, true)) {
                send_code(*end, 0);
            }
        }
    }
    const bool is_decided = one.now_in == tunnel::state::accepted || broken(tunnel_opens_undecided);
    if (!is_decided || !one.ends[0] || !one.ends[1]) {
        return;
    }
    one.now_in = tunnel::state::open;
    client* first = find(*one.ends[0]);
    client* second = find(*one.ends[1]);
    if (first == nullptr || second == nullptr) {
        return;
    }
    for (client* end : {first, second}) {
        if (broken(tunnel_ends_refused)) {
            send_code(*end, 5);
        } else if (!end->was_told) {
            send_code(*end, 0);
        }
        if (broken(tunnel_early_bytes_lost)) {
            end->unread.clear();
        }
    }
    relay(*first);
    relay(*second);
}

model::tunnel* model::tunnel_of(const client& end) {
    const auto found = std::find_if(tunnels_.begin(), tunnels_.end(),
                                    [&](const tunnel& one) { return one.ends[0] == end.id || one.ends[1] == end.id; });
    return found == tunnels_.end() ? nullptr : &*found;
}

model::client* model::partner_of(const client& end) {
    const tunnel* one = tunnel_of(end);
    if (one == nullptr || one->now_in != tunnel::state::open) {
        return nullptr;
    }
    const auto& other = one->ends[0] == end.id ? one->ends[1] : one->ends[0];
    return other ? find(*other) : nullptr;
}

/// TUN-2: every byte, unread; and the end of input.
void model::relay(client& end) {
    client* partner = partner_of(end);
    if (partner == nullptr) {
        if (!end.unread.empty() && broken(tunnel_early_bytes_refused)) {
            hang_up(end, error_code::refused);
        }
        return;
    }
    std::string bytes = std::exchange(end.unread, {});
    const bool is_packet = read_packet(bytes, settings_.wire).how == reading::complete;
    if (broken(tunnel_cuts_at_64_kib)) {
        bytes.resize(std::min(bytes.size(), few_bytes - std::min(few_bytes, end.relayed)));
    }
    end.relayed += bytes.size();
    if (!bytes.empty() && !broken(tunnel_not_relayed) && (is_packet || !broken(tunnel_relays_packets_only))) {
        output_.push_back({partner->id, model_output::kind::bytes, bytes});
    }
    if (end.input_ended && partner->input_ended) {
        close(end);
        close(*partner);
    } else if (end.input_ended && !std::exchange(end.end_was_relayed, true)) {
        if (broken(tunnel_half_close_cuts_both)) {
            close(end);
            close(*partner);
        } else if (!broken(tunnel_half_close_not_relayed)) {
            output_.push_back({partner->id, model_output::kind::end, {}});
        }
    }
}

/// It is closed, or lost: its partner ends as well; one that waited may come again.
void model::leave_tunnel(client& end) {
    client* partner = partner_of(end);
    const tunnel* one = tunnel_of(end);
    end.is_tunnel_end = false;
    if (one == nullptr) {
        return;
    }
    if (one->now_in == tunnel::state::open) {
        tunnels_.erase(tunnels_.begin() + (one - tunnels_.data()));
        if (partner != nullptr) {
            close(*partner);
        }
        return;
    }
    tunnel& waiting = tunnels_[static_cast<std::size_t>(one - tunnels_.data())];
    waiting.ends[waiting.ends[0] == end.id ? 0 : 1].reset();
}

bool model::has_room_for_tunnel_bytes(const client& end) const {
    return end.unread.size() < kept_bytes_max;
}

/// Only a fault counts them.
std::size_t model::open_tunnel_ends() const {
    return 2 * static_cast<std::size_t>(std::count_if(tunnels_.begin(), tunnels_.end(), [](const tunnel& one) {
               return one.now_in == tunnel::state::open;
           }));
}

/// Only a fault does.
void model::cut_tunnels_of(const std::string& pseudo) {
    for (bool moved = true; std::exchange(moved, false);) {
        for (const tunnel& one : tunnels_) {
            client* end = one.ends[0] ? find(*one.ends[0]) : nullptr;
            if (one.now_in == tunnel::state::open && end != nullptr &&
                (one.sides[0] == pseudo || one.sides[1] == pseudo)) {
                close(*end);
                moved = true;
                break;
            }
        }
    }
}

}  // namespace chatos::conformance
