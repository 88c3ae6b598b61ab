#include "core/tunnel_registry.hpp"

#include "core/ensure.hpp"

namespace chatos::core {

namespace {

bool is_present(connection_id end) noexcept {
    return end.generation != 0;
}

}  // namespace

void tunnel_registry::offer(const offer_id& offer, const tunnel_user& asking, const tunnel_user& recipient) {
    const number created = next_++;
    const bool added = offered_.emplace(key_of(offer), created).second;
    ensure(added);
    tunnel& entry = tunnels_[created];
    entry.offer = key_of(offer);
    entry.slots = {
        slots_.emplace(slot_key{asking.pseudo, asking.source, recipient.pseudo}, endpoint_slot{created, 0}),
        slots_.emplace(slot_key{recipient.pseudo, recipient.source, asking.pseudo}, endpoint_slot{created, 1})};
}

std::optional<tunnel_registry::end_pair> tunnel_registry::accept(const offer_id& offer, time_point deadline) {
    const auto position = offered_.find(key_of(offer));
    if (position == offered_.end()) {
        return std::nullopt;
    }
    const number accepted = position->second;
    offered_.erase(position);
    tunnel& entry = tunnels_.at(accepted);
    entry.state = tunnel_state::accepted;
    entry.deadline = deadline;
    awaited_.emplace(deadline, accepted);
    rehome(accepted, 0);
    rehome(accepted, 1);
    return entry.ends;
}

// Offers may cross. An end cannot know which of them will be accepted, so it moves to the accepted one.
void tunnel_registry::rehome(number to, std::uint8_t side) {
    tunnel& entry = tunnels_.at(to);
    const auto [first, last] = slots_.equal_range(entry.slots[side]->first);
    for (auto other = first; other != last && !is_present(entry.ends[side]); ++other) {
        tunnel& from = tunnels_.at(other->second.tunnel);
        connection_id& end = from.ends[other->second.side];
        if (from.state == tunnel_state::offered && is_present(end)) {
            ends_.at(end.slot) = {.tunnel = to, .side = side};
            entry.ends[side] = std::exchange(end, connection_id{});
        }
    }
}

std::optional<tunnel_registry::refusal> tunnel_registry::refuse(const offer_id& offer) {
    const auto position = offered_.find(key_of(offer));
    if (position == offered_.end()) {
        return std::nullopt;
    }
    const number refused = position->second;
    const std::array keys{tunnels_.at(refused).slots[0]->first, tunnels_.at(refused).slots[1]->first};
    const end_pair waited = erase(refused);
    refusal result;
    for (std::size_t side = 0; side < keys.size(); ++side) {
        if (is_present(waited[side])) {
            (claim_slot(waited[side], keys[side]) ? result.rehomed : result.orphaned)[side] = waited[side];
        }
    }
    return result;
}

bool tunnel_registry::has_user(const tunnel_user& user) const {
    const auto position = slots_.lower_bound(slot_key{user.pseudo, user.source, std::string{}});
    return position != slots_.end() && std::get<0>(position->first) == user.pseudo &&
           std::get<1>(position->first) == user.source;
}

bool tunnel_registry::claim(connection_id end, const tunnel_user& own, std::string_view peer) {
    return claim_slot(end, slot_key{own.pseudo, own.source, std::string{peer}});
}

// Prefers a tunnel where the peer waits already, then an accepted one, then an undecided one; among equals the oldest.
bool tunnel_registry::claim_slot(connection_id end, const slot_key& wanted) {
    const endpoint_slot* best = nullptr;
    int best_rank = -1;
    const auto [first, last] = slots_.equal_range(wanted);
    for (auto it = first; it != last; ++it) {
        const endpoint_slot& slot = it->second;
        const tunnel& entry = tunnels_.at(slot.tunnel);
        if (entry.state == tunnel_state::open || is_present(entry.ends[slot.side])) {
            continue;  // TUN-4: taken
        }
        const int rank =
            (entry.state == tunnel_state::accepted ? 2 : 0) + (is_present(entry.ends[1U - slot.side]) ? 1 : 0);
        if (rank > best_rank) {
            best = &slot;
            best_rank = rank;
        }
    }
    if (best == nullptr) {
        return false;
    }
    tunnels_.at(best->tunnel).ends[best->side] = end;
    const bool added = ends_.emplace(end.slot, *best).second;
    ensure(added);
    return true;
}

const tunnel_registry::endpoint_slot& tunnel_registry::slot_of(connection_id end) const {
    const auto position = ends_.find(end.slot);
    ensure(position != ends_.end() && tunnels_.at(position->second.tunnel).ends[position->second.side] == end);
    return position->second;
}

tunnel_registry::endpoint_state tunnel_registry::state_of(connection_id end) const {
    const endpoint_slot& slot = slot_of(end);
    const tunnel& entry = tunnels_.at(slot.tunnel);
    return {.state = entry.state, .deadline = entry.deadline, .partner = entry.ends[1U - slot.side]};
}

void tunnel_registry::open(connection_id end) {
    const number opened = slot_of(end).tunnel;
    tunnel& entry = tunnels_.at(opened);
    ensure(entry.state == tunnel_state::accepted && is_present(entry.ends[0]) && is_present(entry.ends[1]));
    entry.state = tunnel_state::open;
    awaited_.erase({entry.deadline, opened});
}

void tunnel_registry::remove_end(connection_id end) {
    const endpoint_slot slot = slot_of(end);
    tunnel& entry = tunnels_.at(slot.tunnel);
    entry.ends[slot.side] = {};
    ends_.erase(end.slot);
    if (entry.state == tunnel_state::open && !is_present(entry.ends[1U - slot.side])) {
        erase(slot.tunnel);
    }
}

void tunnel_registry::expire_with(connection_id end) {
    const number expired = slot_of(end).tunnel;
    const tunnel& entry = tunnels_.at(expired);
    ensure(entry.state == tunnel_state::accepted && !is_present(state_of(end).partner));
    erase(expired);
}

std::size_t tunnel_registry::expire_unattended(time_point now) {
    std::size_t expired = 0;
    while (!awaited_.empty() && awaited_.begin()->first <= now) {
        const end_pair nobody = erase(awaited_.begin()->second);
        ensure(nobody == end_pair{});
        ++expired;
    }
    return expired;
}

void tunnel_registry::erase_all_but_open() {
    for (auto it = tunnels_.begin(); it != tunnels_.end();) {
        const auto [gone, entry] = *it++;
        if (entry.state != tunnel_state::open) {
            ensure(entry.ends == end_pair{});
            erase(gone);
        }
    }
}

// Removes a tunnel from every index. Its ends are no ends any more.
tunnel_registry::end_pair tunnel_registry::erase(number gone) {
    const auto position = tunnels_.find(gone);
    const tunnel entry = position->second;
    for (std::size_t side = 0; side < entry.ends.size(); ++side) {
        slots_.erase(entry.slots[side]);
        if (is_present(entry.ends[side])) {
            ends_.erase(entry.ends[side].slot);
        }
    }
    if (entry.state == tunnel_state::offered) {
        offered_.erase(entry.offer);
    } else if (entry.state == tunnel_state::accepted) {
        awaited_.erase({entry.deadline, gone});
    }
    tunnels_.erase(position);
    return entry.ends;
}

std::string tunnel_registry::check_invariants() const {
    std::size_t ends_there = 0;
    for (const auto& [which, entry] : tunnels_) {
        const bool offered = offered_.contains(entry.offer) && offered_.at(entry.offer) == which;
        const bool awaited = awaited_.contains({entry.deadline, which});
        if (offered != (entry.state == tunnel_state::offered) || awaited != (entry.state == tunnel_state::accepted)) {
            return "a tunnel is not listed as what it is";
        }
        if (entry.state == tunnel_state::open && entry.ends == end_pair{}) {
            return "an open tunnel without ends";
        }
        for (std::uint8_t side = 0; side < 2; ++side) {
            const endpoint_slot& slot = entry.slots[side]->second;
            if (slot.tunnel != which || slot.side != side) {
                return "a tunnel cannot be found by its users";
            }
            if (is_present(entry.ends[side])) {
                ++ends_there;
                const auto listed = ends_.find(entry.ends[side].slot);
                if (listed == ends_.end() || listed->second.tunnel != which || listed->second.side != side) {
                    return "a tunnel and its end do not know each other";
                }
            }
        }
    }
    if (ends_there != ends_.size() || slots_.size() != tunnels_.size() * 2 ||
        offered_.size() + awaited_.size() > tunnels_.size()) {
        return "ends or slots without a tunnel";
    }
    return {};
}

}  // namespace chatos::core
