// Which users have offered, accepted or opened a private connection, and which connections are its ends (TUN-1, TUN-3,
// TUN-4). Knows connections by id only: neither their bytes nor how they end.
#pragma once

#include "core/clock.hpp"
#include "core/connection_id.hpp"
#include "core/options.hpp"
#include "core/origin.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace chatos::core {

/// Identifies an offer: the PC that made it.
struct offer_id {
    connection_id sender{};
    std::uint32_t request_number{0};
};

/// A user at the time of the offer. It may have left since: an agreement outlives sessions (TUN-5).
struct tunnel_user {
    std::string pseudo;
    origin source;
    /// With its users it shares options::tunnels_per_address_max; empty: that bound does not apply.
    std::optional<origin> network{};

    friend bool operator<(const tunnel_user& left, const tunnel_user& right) noexcept {
        return std::tie(left.pseudo, left.source) < std::tie(right.pseudo, right.source);
    }
};

enum class tunnel_state : std::uint8_t { offered, accepted, open };

/// All operations take logarithmic time, however many tunnels two users have: trees, which no input can make slow.
class tunnel_registry {
public:
    /// The ends that are present; generation 0 where none is.
    using end_pair = std::array<connection_id, 2>;

    void offer(const offer_id& offer, const tunnel_user& asking, const tunnel_user& recipient);

    /// The limit of tunnels that accepting the offer would exceed; `none` also when there is no such offer.
    [[nodiscard]] tunnel_limit limit_reached(const offer_id& offer, const options& bounds) const;

    /// Accepts the offer. Its ends must come before `deadline`. Ends that wait at another offer between these two users
    /// move here. Returns its ends; empty when there is no such offer.
    [[nodiscard]] std::optional<end_pair> accept(const offer_id& offer, time_point deadline);

    /// What became of the ends that waited for a removed offer.
    struct refusal {
        end_pair rehomed{};   ///< they now wait at another tunnel between these two users
        end_pair orphaned{};  ///< no other tunnel lacks them: they are no ends any more
    };
    /// Removes the offer. Empty when there is no such offer.
    [[nodiscard]] std::optional<refusal> refuse(const offer_id& offer);
    /// Removes an offer that was accepted beyond a limit. Until `until`, no earlier than in any previous call, its
    /// users count for has_user(), so that their ends are turned away as ends (TUN-4). At most `users_max` users are
    /// remembered, the latest ones.
    [[nodiscard]] std::optional<refusal> refuse_beyond_limit(const offer_id& offer, time_point until,
                                                             std::size_t users_max);

    /// Whether `user` takes part in a tunnel in any state (TUN-3), or in an acceptance that got none.
    [[nodiscard]] bool has_user(const tunnel_user& user) const;

    /// Makes `end` the end of `own` at a tunnel with `peer`. False when no such tunnel lacks it.
    [[nodiscard]] bool claim(connection_id end, const tunnel_user& own, std::string_view peer);

    /// The position of an end.
    struct endpoint_state {
        tunnel_state state{tunnel_state::offered};
        time_point deadline{};    ///< once accepted: for the other end to come
        connection_id partner{};  ///< generation 0: not present yet, or gone
    };
    /// `end` must be an end (asserted).
    [[nodiscard]] endpoint_state state_of(connection_id end) const;

    /// Opens the accepted tunnel of `end`. Both ends must be present (asserted).
    void open(connection_id end);

    /// Removes `end` from its tunnel. An open tunnel without ends is removed; an accepted one still waits.
    void remove_end(connection_id end);

    /// Removes the accepted tunnel at which `end` waits alone, and `end` from it.
    void expire_with(connection_id end);
    /// Removes accepted tunnels for which no end came until `now`; returns how many. Forgets users whose time after
    /// refuse_beyond_limit() is over.
    std::size_t expire_unattended(time_point now);
    /// When expire_unattended() must be called next, if no end comes until then.
    [[nodiscard]] std::optional<time_point> earliest_deadline() const noexcept {
        return awaited_.empty() ? std::nullopt : std::optional{awaited_.begin()->first};
    }
    /// Removes all tunnels that are not open. No end may wait (asserted).
    void erase_all_but_open();

    [[nodiscard]] std::size_t offered() const noexcept { return offered_.size(); }
    [[nodiscard]] std::size_t awaited() const noexcept { return awaited_.size(); }
    [[nodiscard]] std::size_t open() const noexcept { return tunnels_.size() - offered_.size() - awaited_.size(); }
    /// Number of connections that are ends.
    [[nodiscard]] std::size_t ends_claimed() const noexcept { return ends_.size(); }
    /// Users remembered after refuse_beyond_limit().
    [[nodiscard]] std::size_t users_turned_away() const noexcept { return turned_away_.size(); }

    /// Names an index that disagrees with the tunnels; empty when all agree.
    [[nodiscard]] std::string check_invariants() const;

    /// Memory of a tunnel in any state, and of a user that is turned away, with pseudos of `pseudo_bytes`.
    [[nodiscard]] static std::size_t tunnel_bytes_max(std::size_t pseudo_bytes) noexcept;
    [[nodiscard]] static std::size_t turned_away_bytes_max(std::size_t pseudo_bytes) noexcept;

private:
    using number = std::uint64_t;
    struct endpoint_slot {
        number tunnel{0};
        std::uint8_t side{0};  // 0: the sender of the offer, 1: its recipient

        friend bool operator<(const endpoint_slot& left, const endpoint_slot& right) noexcept {
            return std::tie(left.tunnel, left.side) < std::tie(right.tunnel, right.side);
        }
    };
    struct vacancy {
        std::uint8_t rank{0};  // 0: the best to take
        endpoint_slot slot{};

        friend bool operator<(const vacancy& left, const vacancy& right) noexcept {
            return std::tie(left.rank, left.slot) < std::tie(right.rank, right.slot);
        }
    };
    // The sides of all tunnels that one user has with one other.
    struct slot_group {
        std::set<vacancy> vacant;         // of tunnels that are not open, best first
        std::set<endpoint_slot> waiting;  // taken, at undecided offers, oldest first
        std::size_t sides{0};
    };
    using slot_key = std::tuple<std::string, origin, std::string>;  // own pseudo, own origin, peer's pseudo
    using slot_index = std::map<slot_key, slot_group>;
    using offer_key = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;  // slot, generation, request

    struct tunnel {
        tunnel_state state{tunnel_state::offered};
        time_point deadline{};
        offer_key offer{};
        end_pair ends{};
        std::array<slot_index::iterator, 2> groups{};
        std::array<std::optional<origin>, 2> networks{};
    };
    struct turned_away_user {
        time_point until{};
        std::map<tunnel_user, number>::iterator user{};
    };

    static offer_key key_of(const offer_id& offer) noexcept {
        return {offer.sender.slot, offer.sender.generation, offer.request_number};
    }
    static tunnel_user user_of(const tunnel& entry, std::size_t side);
    static vacancy vacancy_of(const tunnel& entry, endpoint_slot slot) noexcept;
    [[nodiscard]] const endpoint_slot& slot_of(connection_id end) const;
    // Around each change of a tunnel's state or ends.
    void unlist(number changing, tunnel& entry);
    void list(number changed, tunnel& entry);
    void count_shares(const tunnel& entry, bool added);
    [[nodiscard]] bool claim_slot(connection_id end, const slot_key& wanted);
    void rehome(number to, std::uint8_t side);
    end_pair erase(number gone);
    void turn_away(const tunnel_user& user, time_point until, std::size_t users_max);
    void forget_oldest_turned_away();

    std::map<number, tunnel> tunnels_;
    slot_index groups_;
    std::map<offer_key, number> offered_;
    std::set<std::pair<time_point, number>> awaited_;        // accepted, not open
    std::unordered_map<std::uint32_t, endpoint_slot> ends_;  // by slot, of which clients have no choice
    std::map<tunnel_user, std::uint32_t> tunnels_by_user_;   // accepted or open
    std::map<origin, std::uint32_t> tunnels_by_address_;     // accepted or open
    std::map<tunnel_user, number> turned_away_;
    std::map<number, turned_away_user> turned_away_by_age_;
    number next_{0};
};

}  // namespace chatos::core
