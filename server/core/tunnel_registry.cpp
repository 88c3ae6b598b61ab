#include "core/tunnel_registry.hpp"

#include "core/ensure.hpp"
#include "core/memory_tally.hpp"

#include <algorithm>

namespace chatos::core {

namespace {

bool is_present(connection_id end) noexcept {
    return end.generation != 0;
}

template <typename Key>
std::uint32_t count_of(const std::map<Key, std::uint32_t>& counts, const Key& key) {
    const auto position = counts.find(key);
    return position == counts.end() ? 0 : position->second;
}

template <typename Key>
void change_count(std::map<Key, std::uint32_t>& counts, const Key& key, bool added) {
    const auto position = counts.try_emplace(key, 0).first;
    position->second += added ? 1U : UINT32_MAX;
    if (position->second == 0) {
        counts.erase(position);
    }
}

// A node of a tree: three pointers and a color before the value.
template <typename Value>
constexpr std::size_t node_bytes() noexcept {
    return allocated_bytes(4 * sizeof(void*) + sizeof(Value));
}

}  // namespace

tunnel_user tunnel_registry::user_of(const tunnel& entry, std::size_t side) {
    const slot_key& key = entry.groups[side]->first;
    return {std::get<0>(key), std::get<1>(key), entry.networks[side]};
}

// Best is a tunnel where the peer waits already, then an accepted one, then an undecided one; among equals the oldest.
tunnel_registry::vacancy tunnel_registry::vacancy_of(const tunnel& entry, endpoint_slot slot) noexcept {
    const int worse_if_undecided = entry.state == tunnel_state::accepted ? 0 : 2;
    const int worse_if_alone = is_present(entry.ends[1U - slot.side]) ? 0 : 1;
    return {.rank = static_cast<std::uint8_t>(worse_if_undecided + worse_if_alone), .slot = slot};
}

void tunnel_registry::unlist(number changing, tunnel& entry) {
    for (std::uint8_t side = 0; side < 2; ++side) {
        const endpoint_slot slot{changing, side};
        slot_group& group = entry.groups[side]->second;
        if (is_present(entry.ends[side])) {
            group.waiting.erase(slot);
        } else {
            group.vacant.erase(vacancy_of(entry, slot));
        }
    }
}

void tunnel_registry::list(number changed, tunnel& entry) {
    for (std::uint8_t side = 0; side < 2; ++side) {
        const endpoint_slot slot{changed, side};
        slot_group& group = entry.groups[side]->second;
        if (is_present(entry.ends[side]) && entry.state == tunnel_state::offered) {
            group.waiting.insert(slot);
        } else if (!is_present(entry.ends[side]) && entry.state != tunnel_state::open) {
            group.vacant.insert(vacancy_of(entry, slot));
        }
    }
}

void tunnel_registry::offer(const offer_id& offer, const tunnel_user& asking, const tunnel_user& recipient) {
    const number created = next_++;
    const bool added = offered_.emplace(key_of(offer), created).second;
    ensure(added);
    tunnel& entry = tunnels_[created];
    entry.offer = key_of(offer);
    entry.groups = {groups_.try_emplace(slot_key{asking.pseudo, asking.source, recipient.pseudo}).first,
                    groups_.try_emplace(slot_key{recipient.pseudo, recipient.source, asking.pseudo}).first};
    for (const auto& group : entry.groups) {
        ++group->second.sides;
    }
    entry.networks = {asking.network, recipient.network};
    list(created, entry);
}

tunnel_limit tunnel_registry::limit_reached(const offer_id& offer, const options& bounds) const {
    const auto position = offered_.find(key_of(offer));
    if (position == offered_.end()) {
        return tunnel_limit::none;
    }
    if (awaited() + open() >= bounds.tunnels_max) {
        return tunnel_limit::total;
    }
    const tunnel& entry = tunnels_.at(position->second);
    for (std::size_t side = 0; side < 2; ++side) {
        const tunnel_user user = user_of(entry, side);
        if (count_of(tunnels_by_user_, user) >= tunnels_of_user_max(bounds)) {
            return tunnel_limit::user;
        }
        if (user.network && count_of(tunnels_by_address_, *user.network) >= tunnels_of_address_max(bounds)) {
            return tunnel_limit::address;
        }
    }
    return tunnel_limit::none;
}

// A tunnel between users of one address counts once for that address.
void tunnel_registry::count_shares(const tunnel& entry, bool added) {
    const std::array users{user_of(entry, 0), user_of(entry, 1)};
    for (const tunnel_user& user : users) {
        change_count(tunnels_by_user_, user, added);
    }
    if (users[0].network) {
        change_count(tunnels_by_address_, *users[0].network, added);
    }
    if (users[1].network && users[1].network != users[0].network) {
        change_count(tunnels_by_address_, *users[1].network, added);
    }
}

std::optional<tunnel_registry::end_pair> tunnel_registry::accept(const offer_id& offer, time_point deadline) {
    const auto position = offered_.find(key_of(offer));
    if (position == offered_.end()) {
        return std::nullopt;
    }
    const number accepted = position->second;
    offered_.erase(position);
    tunnel& entry = tunnels_.at(accepted);
    unlist(accepted, entry);
    entry.state = tunnel_state::accepted;
    entry.deadline = deadline;
    list(accepted, entry);
    awaited_.emplace(deadline, accepted);
    count_shares(entry, true);
    rehome(accepted, 0);
    rehome(accepted, 1);
    return entry.ends;
}

// Offers may cross. An end cannot know which of them will be accepted, so it moves to the accepted one.
void tunnel_registry::rehome(number to, std::uint8_t side) {
    tunnel& entry = tunnels_.at(to);
    const slot_group& group = entry.groups[side]->second;
    if (is_present(entry.ends[side]) || group.waiting.empty()) {
        return;
    }
    const endpoint_slot oldest = *group.waiting.begin();
    tunnel& from = tunnels_.at(oldest.tunnel);
    unlist(oldest.tunnel, from);
    unlist(to, entry);
    entry.ends[side] = std::exchange(from.ends[oldest.side], connection_id{});
    ends_.at(entry.ends[side].slot) = {.tunnel = to, .side = side};
    list(oldest.tunnel, from);
    list(to, entry);
}

std::optional<tunnel_registry::refusal> tunnel_registry::refuse(const offer_id& offer) {
    const auto position = offered_.find(key_of(offer));
    if (position == offered_.end()) {
        return std::nullopt;
    }
    const number refused = position->second;
    const std::array keys{tunnels_.at(refused).groups[0]->first, tunnels_.at(refused).groups[1]->first};
    const end_pair waited = erase(refused);
    refusal result;
    for (std::size_t side = 0; side < keys.size(); ++side) {
        if (is_present(waited[side])) {
            (claim_slot(waited[side], keys[side]) ? result.rehomed : result.orphaned)[side] = waited[side];
        }
    }
    return result;
}

std::optional<tunnel_registry::refusal> tunnel_registry::refuse_beyond_limit(const offer_id& offer, time_point until,
                                                                             std::size_t users_max) {
    if (const auto position = offered_.find(key_of(offer)); position != offered_.end()) {
        const tunnel& entry = tunnels_.at(position->second);
        turn_away(user_of(entry, 0), until, users_max);
        turn_away(user_of(entry, 1), until, users_max);
    }
    return refuse(offer);
}

void tunnel_registry::turn_away(const tunnel_user& user, time_point until, std::size_t users_max) {
    const auto [position, added] = turned_away_.emplace(user, next_);
    if (!added) {
        turned_away_by_age_.erase(position->second);
        position->second = next_;
    }
    turned_away_by_age_.emplace(next_++, turned_away_user{.until = until, .user = position});
    if (turned_away_.size() > users_max) {
        forget_oldest_turned_away();
    }
}

void tunnel_registry::forget_oldest_turned_away() {
    turned_away_.erase(turned_away_by_age_.begin()->second.user);
    turned_away_by_age_.erase(turned_away_by_age_.begin());
}

bool tunnel_registry::has_user(const tunnel_user& user) const {
    const auto position = groups_.lower_bound(slot_key{user.pseudo, user.source, std::string{}});
    return (position != groups_.end() && std::get<0>(position->first) == user.pseudo &&
            std::get<1>(position->first) == user.source) ||
           turned_away_.contains(user);
}

bool tunnel_registry::claim(connection_id end, const tunnel_user& own, std::string_view peer) {
    return claim_slot(end, slot_key{own.pseudo, own.source, std::string{peer}});
}

bool tunnel_registry::claim_slot(connection_id end, const slot_key& wanted) {
    const auto group = groups_.find(wanted);
    if (group == groups_.end() || group->second.vacant.empty()) {
        return false;  // TUN-4: taken, or not agreed
    }
    const endpoint_slot best = group->second.vacant.begin()->slot;
    tunnel& entry = tunnels_.at(best.tunnel);
    unlist(best.tunnel, entry);
    entry.ends[best.side] = end;
    list(best.tunnel, entry);
    const bool added = ends_.emplace(end.slot, best).second;
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
    unlist(opened, entry);
    entry.state = tunnel_state::open;
    awaited_.erase({entry.deadline, opened});
}

void tunnel_registry::remove_end(connection_id end) {
    const endpoint_slot slot = slot_of(end);
    tunnel& entry = tunnels_.at(slot.tunnel);
    unlist(slot.tunnel, entry);
    entry.ends[slot.side] = {};
    list(slot.tunnel, entry);
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
    while (!turned_away_by_age_.empty() && turned_away_by_age_.begin()->second.until <= now) {
        forget_oldest_turned_away();
    }
    std::size_t expired = 0;
    while (!awaited_.empty() && awaited_.begin()->first <= now) {
        const end_pair nobody = erase(awaited_.begin()->second);
        ensure(nobody == end_pair{});
        ++expired;
    }
    return expired;
}

void tunnel_registry::erase_all_but_open() {
    while (!turned_away_by_age_.empty()) {
        forget_oldest_turned_away();
    }
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
    tunnel& entry = position->second;
    unlist(gone, entry);
    if (entry.state == tunnel_state::offered) {
        offered_.erase(entry.offer);
    } else {
        count_shares(entry, false);
        awaited_.erase({entry.deadline, gone});
    }
    for (std::size_t side = 0; side < entry.ends.size(); ++side) {
        if (--entry.groups[side]->second.sides == 0) {
            groups_.erase(entry.groups[side]);
        }
        if (is_present(entry.ends[side])) {
            ends_.erase(entry.ends[side].slot);
        }
    }
    const end_pair ends = entry.ends;
    tunnels_.erase(position);
    return ends;
}

std::string tunnel_registry::check_invariants() const {
    std::size_t ends_present = 0;
    std::size_t vacant = 0;
    std::size_t waiting = 0;
    std::size_t sides = 0;
    std::map<tunnel_user, std::uint32_t> by_user;
    std::map<origin, std::uint32_t> by_address;
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
            const endpoint_slot slot{which, side};
            const slot_group& group = entry.groups[side]->second;
            const bool present = is_present(entry.ends[side]);
            const bool should_wait = present && entry.state == tunnel_state::offered;
            const bool should_lack = !present && entry.state != tunnel_state::open;
            waiting += should_wait ? 1U : 0U;
            vacant += should_lack ? 1U : 0U;
            if ((should_wait && !group.waiting.contains(slot)) ||
                (should_lack && !group.vacant.contains(vacancy_of(entry, slot)))) {
                return "a tunnel cannot be found by its users";
            }
            if (present) {
                ++ends_present;
                const auto listed = ends_.find(entry.ends[side].slot);
                if (listed == ends_.end() || listed->second.tunnel != which || listed->second.side != side) {
                    return "a tunnel and its end do not know each other";
                }
            }
            if (entry.state != tunnel_state::offered) {
                const tunnel_user user = user_of(entry, side);
                ++by_user[user];
                if (user.network && (side == 0 || user.network != entry.networks[0])) {
                    ++by_address[*user.network];
                }
            }
        }
    }
    for (const auto& [key, group] : groups_) {
        vacant -= group.vacant.size();
        waiting -= group.waiting.size();
        sides += group.sides;
    }
    if (ends_present != ends_.size() || vacant != 0 || waiting != 0 || sides != tunnels_.size() * 2 ||
        offered_.size() + awaited_.size() > tunnels_.size()) {
        return "ends or slots without a tunnel";
    }
    const auto same_count = [](const auto& left, const auto& right) {
        return !(left.first < right.first) && !(right.first < left.first) && left.second == right.second;
    };
    if (!std::ranges::equal(by_user, tunnels_by_user_, same_count) || by_address != tunnels_by_address_) {
        return "the tunnels of a user or an address were miscounted";
    }
    return turned_away_.size() == turned_away_by_age_.size() ? "" : "a user that is turned away was forgotten halfway";
}

std::size_t tunnel_registry::tunnel_bytes_max(std::size_t pseudo_bytes) noexcept {
    constexpr std::size_t for_each_side = node_bytes<slot_index::value_type>() + node_bytes<vacancy>() +
                                          node_bytes<std::pair<std::uint32_t, endpoint_slot>>() +
                                          node_bytes<std::pair<tunnel_user, std::uint32_t>>() +
                                          node_bytes<std::pair<origin, std::uint32_t>>();
    constexpr std::size_t for_both = node_bytes<std::pair<number, tunnel>>() +
                                     node_bytes<std::pair<offer_key, number>>() +
                                     node_bytes<std::pair<time_point, number>>();
    return for_both + 2 * (for_each_side + 3 * allocated_bytes(pseudo_bytes + 1));
}

std::size_t tunnel_registry::turned_away_bytes_max(std::size_t pseudo_bytes) noexcept {
    return node_bytes<std::pair<tunnel_user, number>>() + node_bytes<std::pair<number, turned_away_user>>() +
           allocated_bytes(pseudo_bytes + 1);
}

}  // namespace chatos::core
