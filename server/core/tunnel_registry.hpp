// Which users have offered, accepted or opened a private connection, and which connections are its ends (TUN-1, TUN-3,
// TUN-4). Knows connections by id only: neither their bytes nor how they end.
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

/// Identifies an offer: the PC that made it.
struct offer_id {
    connection_id sender{};
    std::uint32_t request_number{0};
};

/// A user at the time of the offer. It may have left since: an agreement outlives sessions (TUN-5).
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

    /// Accepts the offer. Its ends must come before `deadline`, which is no earlier than the deadline of any previous
    /// acceptance. Ends that wait at another offer between these two users move here. Returns its ends; empty when
    /// there is no such offer.
    [[nodiscard]] std::optional<end_pair> accept(const offer_id& offer, time_point deadline);

    /// What became of the ends that waited for a removed offer.
    struct refusal {
        end_pair rehomed{};   ///< they now wait at another tunnel between these two users
        end_pair orphaned{};  ///< no other tunnel lacks them: they are no ends any more
    };
    /// Removes the offer. Empty when there is no such offer.
    [[nodiscard]] std::optional<refusal> refuse(const offer_id& offer);

    /// Whether `user` takes part in a tunnel in any state (TUN-3).
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
    /// Removes accepted tunnels for which no end came until `now`; returns how many.
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

    /// Names an index that disagrees with the tunnels; empty when all agree.
    [[nodiscard]] std::string check_invariants() const;

private:
    using number = std::uint64_t;
    struct endpoint_slot {
        number tunnel{0};
        std::uint8_t side{0};  // 0: the sender of the offer, 1: its recipient
    };
    using offer_key = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;  // slot, generation, request
    using slot_key = std::tuple<std::string, origin, std::string>;              // own pseudo, own origin, peer's pseudo
    using slot_index = std::multimap<slot_key, endpoint_slot>;                  // trees: no input can make them slow

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
