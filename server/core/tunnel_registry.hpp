// Which users have offered each other a private connection, agreed on one or opened one, and which connections are its
// ends (TUN-1, TUN-3, TUN-4). Knows connections by id only: neither their bytes nor how they end.
#pragma once

#include "core/clock.hpp"
#include "core/connection_id.hpp"
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

/// Names an offer: the PC that made it.
struct offer_id {
    connection_id sender{};
    std::uint32_t request_number{0};
};

/// A user as it was when the offer was made. It may have left since: an agreement outlives sessions (TUN-5).
struct tunnel_user {
    std::string pseudo;
    origin source;
};

enum class tunnel_state : std::uint8_t { offered, accepted, open };

class tunnel_registry {
public:
    /// The ends that are present; generation 0 where none is.
    using end_pair = std::array<connection_id, 2>;

    void offer(const offer_id& offer, const tunnel_user& asking, const tunnel_user& recipient);

    /// The offer is accepted, and its ends have to come before `deadline`, which is no earlier than that of any
    /// acceptance before. Ends that wait at another offer between these two are rehomed. Its ends; nothing when there
    /// is no such offer.
    [[nodiscard]] std::optional<end_pair> accept(const offer_id& offer, time_point deadline);

    /// Where the ends went that waited for an offer.
    struct refusal {
        end_pair rehomed{};   ///< they wait at another tunnel between these two
        end_pair orphaned{};  ///< there is none that lacks them: they are no ends any more
    };
    /// The offer is gone. Nothing when there is no such offer.
    [[nodiscard]] std::optional<refusal> refuse(const offer_id& offer);

    /// Some tunnel, in whatever state, has `user` as one of its users (TUN-3).
    [[nodiscard]] bool has_user(const tunnel_user& user) const;

    /// Makes `end` the end of `own` at a tunnel with `peer`. False when there is none that lacks it.
    [[nodiscard]] bool claim(connection_id end, const tunnel_user& own, std::string_view peer);

    /// Where an end is.
    struct endpoint_state {
        tunnel_state state{tunnel_state::offered};
        time_point deadline{};    ///< when accepted: for the other end to come
        connection_id partner{};  ///< generation 0: not there yet, or gone
    };
    /// Of a connection that is an end (asserted).
    [[nodiscard]] endpoint_state state_of(connection_id end) const;

    /// Opens the accepted tunnel of `end`, both of whose ends are there (asserted).
    void open(connection_id end);

    /// `end` is no end any more. An open tunnel without ends is gone, an agreement waits on.
    void remove_end(connection_id end);

    /// The agreement at which `end` waits alone is gone, and `end` is no end any more.
    void expire_with(connection_id end);
    /// Removes agreements for which no end came until `now`; returns how many.
    std::size_t expire_unattended(time_point now);
    /// When expire_unattended() has something to do, if no end comes until then.
    [[nodiscard]] std::optional<time_point> earliest_deadline() const noexcept {
        return awaited_.empty() ? std::nullopt : std::optional{awaited_.begin()->first};
    }
    /// All that is not open is gone. No end may wait (asserted).
    void erase_all_but_open();

    [[nodiscard]] std::size_t offered() const noexcept { return offered_.size(); }
    [[nodiscard]] std::size_t awaited() const noexcept { return awaited_.size(); }
    [[nodiscard]] std::size_t open() const noexcept { return tunnels_.size() - offered_.size() - awaited_.size(); }
    /// Connections that are ends.
    [[nodiscard]] std::size_t ends_claimed() const noexcept { return ends_.size(); }

    /// Empty when every index agrees with the tunnels, otherwise which does not.
    [[nodiscard]] std::string check_invariants() const;

private:
    using number = std::uint64_t;
    struct endpoint_slot {
        number tunnel{0};
        std::uint8_t side{0};  // 0: the sender of the offer, 1: its recipient
    };
    using offer_key = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;  // slot, generation, request
    using slot_key = std::tuple<std::string, origin, std::string>;              // own pseudo, own origin, peer's pseudo
    using slot_index = std::multimap<slot_key, endpoint_slot>;                  // trees: no input makes them slow

    struct tunnel {
        tunnel_state state{tunnel_state::offered};
        time_point deadline{};
        offer_key offer{};
        end_pair ends{};
        std::array<slot_index::iterator, 2> slots{};
    };

    static offer_key key_of(const offer_id& offer) noexcept {
        return {offer.sender.slot, offer.sender.generation, offer.request_number};
    }
    [[nodiscard]] const endpoint_slot& slot_of(connection_id end) const;
    [[nodiscard]] bool claim_slot(connection_id end, const slot_key& wanted);
    void rehome(number to, std::uint8_t side);
    end_pair erase(number gone);

    std::map<number, tunnel> tunnels_;
    slot_index slots_;
    std::map<offer_key, number> offered_;
    std::set<std::pair<time_point, number>> awaited_;        // accepted, not open
    std::unordered_map<std::uint32_t, endpoint_slot> ends_;  // by slot
    number next_{0};
};

}  // namespace chatos::core
