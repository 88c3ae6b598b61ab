#include "core/tunnel_book.hpp"

#include "core/ensure.hpp"

namespace chatos::core {

namespace {

bool is_there(connection_id end) noexcept {
    return end.generation != 0;
}

}  // namespace

void tunnel_book::offer(const offer_id& made, const tunnel_user& asking, const tunnel_user& asked) {
    const number created = next_++;
    const bool added = offered_.emplace(key_of(made), created).second;
    ensure(added);
    tunnel& entry = tunnels_[created];
    entry.offer = key_of(made);
    entry.seats = {seats_.emplace(seat_key{asking.pseudo, asking.from, asked.pseudo}, seat_at{created, 0}),
                   seats_.emplace(seat_key{asked.pseudo, asked.from, asking.pseudo}, seat_at{created, 1})};
}

std::optional<tunnel_book::ends> tunnel_book::accept(const offer_id& made, time_point deadline) {
    const auto found = offered_.find(key_of(made));
    if (found == offered_.end()) {
        return std::nullopt;
    }
    const number accepted = found->second;
    offered_.erase(found);
    tunnel& entry = tunnels_.at(accepted);
    entry.state = tunnel_state::accepted;
    entry.deadline = deadline;
    awaited_.emplace(deadline, accepted);
    call_over(accepted, 0);
    call_over(accepted, 1);
    return entry.there;
}

// Offers may cross. An end cannot know which of them will be accepted, so it goes where it is wanted.
void tunnel_book::call_over(number to, std::uint8_t side) {
    tunnel& entry = tunnels_.at(to);
    const auto [first, last] = seats_.equal_range(entry.seats[side]->first);
    for (auto other = first; other != last && !is_there(entry.there[side]); ++other) {
        tunnel& from = tunnels_.at(other->second.tunnel);
        connection_id& end = from.there[other->second.side];
        if (from.state == tunnel_state::offered && is_there(end)) {
            ends_.at(end.slot) = {.tunnel = to, .side = side};
            entry.there[side] = std::exchange(end, connection_id{});
        }
    }
}

std::optional<tunnel_book::refusal> tunnel_book::refuse(const offer_id& made) {
    const auto found = offered_.find(key_of(made));
    if (found == offered_.end()) {
        return std::nullopt;
    }
    const number refused = found->second;
    const std::array keys{tunnels_.at(refused).seats[0]->first, tunnels_.at(refused).seats[1]->first};
    const ends waited = erase(refused);
    refusal result;
    for (std::size_t side = 0; side < keys.size(); ++side) {
        if (is_there(waited[side])) {
            (take_seat(waited[side], keys[side]) ? result.elsewhere : result.nowhere)[side] = waited[side];
        }
    }
    return result;
}

bool tunnel_book::knows(const tunnel_user& who) const {
    const auto found = seats_.lower_bound(seat_key{who.pseudo, who.from, std::string{}});
    return found != seats_.end() && std::get<0>(found->first) == who.pseudo && std::get<1>(found->first) == who.from;
}

bool tunnel_book::seat(connection_id end, const tunnel_user& own, std::string_view peer) {
    return take_seat(end, seat_key{own.pseudo, own.from, std::string{peer}});
}

// Best where the peer waits already, then where it is expected, then where it may still agree; the oldest of equals.
bool tunnel_book::take_seat(connection_id end, const seat_key& wanted) {
    const seat_at* best = nullptr;
    int best_rank = -1;
    const auto [first, last] = seats_.equal_range(wanted);
    for (auto one = first; one != last; ++one) {
        const seat_at& here = one->second;
        const tunnel& entry = tunnels_.at(here.tunnel);
        if (entry.state == tunnel_state::open || is_there(entry.there[here.side])) {
            continue;  // TUN-4: taken
        }
        const int rank =
            (entry.state == tunnel_state::accepted ? 2 : 0) + (is_there(entry.there[1U - here.side]) ? 1 : 0);
        if (rank > best_rank) {
            best = &here;
            best_rank = rank;
        }
    }
    if (best == nullptr) {
        return false;
    }
    tunnels_.at(best->tunnel).there[best->side] = end;
    const bool added = ends_.emplace(end.slot, *best).second;
    ensure(added);
    return true;
}

const tunnel_book::seat_at& tunnel_book::seat_of(connection_id end) const {
    const auto found = ends_.find(end.slot);
    ensure(found != ends_.end() && tunnels_.at(found->second.tunnel).there[found->second.side] == end);
    return found->second;
}

tunnel_book::place tunnel_book::place_of(connection_id end) const {
    const seat_at& here = seat_of(end);
    const tunnel& entry = tunnels_.at(here.tunnel);
    return {.state = entry.state, .deadline = entry.deadline, .partner = entry.there[1U - here.side]};
}

void tunnel_book::open(connection_id end) {
    const number opened = seat_of(end).tunnel;
    tunnel& entry = tunnels_.at(opened);
    ensure(entry.state == tunnel_state::accepted && is_there(entry.there[0]) && is_there(entry.there[1]));
    entry.state = tunnel_state::open;
    awaited_.erase({entry.deadline, opened});
}

void tunnel_book::remove_end(connection_id end) {
    const seat_at here = seat_of(end);
    tunnel& entry = tunnels_.at(here.tunnel);
    entry.there[here.side] = {};
    ends_.erase(end.slot);
    if (entry.state == tunnel_state::open && !is_there(entry.there[1U - here.side])) {
        erase(here.tunnel);
    }
}

void tunnel_book::expire_with(connection_id end) {
    const number expired = seat_of(end).tunnel;
    const tunnel& entry = tunnels_.at(expired);
    ensure(entry.state == tunnel_state::accepted && !is_there(place_of(end).partner));
    erase(expired);
}

std::size_t tunnel_book::expire_unattended(time_point now) {
    std::size_t expired = 0;
    while (!awaited_.empty() && awaited_.begin()->first <= now) {
        const ends nobody = erase(awaited_.begin()->second);
        ensure(nobody == ends{});
        ++expired;
    }
    return expired;
}

void tunnel_book::forget_all_but_open() {
    for (auto one = tunnels_.begin(); one != tunnels_.end();) {
        const auto [gone, entry] = *one++;
        if (entry.state != tunnel_state::open) {
            ensure(entry.there == ends{});
            erase(gone);
        }
    }
}

// Takes a tunnel out of every index. The ends that were there are none any more.
tunnel_book::ends tunnel_book::erase(number gone) {
    const auto found = tunnels_.find(gone);
    const tunnel entry = found->second;
    for (std::size_t side = 0; side < entry.there.size(); ++side) {
        seats_.erase(entry.seats[side]);
        if (is_there(entry.there[side])) {
            ends_.erase(entry.there[side].slot);
        }
    }
    if (entry.state == tunnel_state::offered) {
        offered_.erase(entry.offer);
    } else if (entry.state == tunnel_state::accepted) {
        awaited_.erase({entry.deadline, gone});
    }
    tunnels_.erase(found);
    return entry.there;
}

std::string tunnel_book::audit() const {
    std::size_t ends_there = 0;
    for (const auto& [which, entry] : tunnels_) {
        const bool offered = offered_.contains(entry.offer) && offered_.at(entry.offer) == which;
        const bool awaited = awaited_.contains({entry.deadline, which});
        if (offered != (entry.state == tunnel_state::offered) || awaited != (entry.state == tunnel_state::accepted)) {
            return "a tunnel is not listed as what it is";
        }
        if (entry.state == tunnel_state::open && entry.there == ends{}) {
            return "an open tunnel without ends";
        }
        for (std::uint8_t side = 0; side < 2; ++side) {
            const seat_at& seat = entry.seats[side]->second;
            if (seat.tunnel != which || seat.side != side) {
                return "a tunnel cannot be found by its users";
            }
            if (is_there(entry.there[side])) {
                ++ends_there;
                const auto listed = ends_.find(entry.there[side].slot);
                if (listed == ends_.end() || listed->second.tunnel != which || listed->second.side != side) {
                    return "a tunnel and its end do not know each other";
                }
            }
        }
    }
    if (ends_there != ends_.size() || seats_.size() != tunnels_.size() * 2 ||
        offered_.size() + awaited_.size() > tunnels_.size()) {
        return "ends or seats without a tunnel";
    }
    return {};
}

}  // namespace chatos::core
