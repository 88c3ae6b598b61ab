// Who may enter: the bounds and rates per address that count before the core knows a connection.
#pragma once

#include "core/clock.hpp"
#include "core/origin.hpp"
#include "net/address_rates.hpp"
#include "net/source_address.hpp"

#include <cstdint>

namespace chatos::net {

/// What one address may do. Addresses are equal for these rules when their first bits are (network_of()).
struct admission_rules {
    std::uint32_t per_address_max{0};         ///< connections at a time; 0: no bound
    std::uint32_t connections_per_second{0};  ///< 0: no bound
    /// Clients of this machine (is_local()) may have any number of connections. The bound is then a default, made for
    /// strangers; a bound that was chosen is for all.
    bool local_excepted{false};
    /// The same for the core's bounds per address (core::connection_source::shares_apply).
    bool local_excepted_in_core{true};
    std::uint32_t ipv6_prefix{128};  ///< bits of an IPv6 address that tell one client from another; fixed
};

class admission {
public:
    enum class verdict : std::uint8_t { admitted, over_limit, over_rate };

    explicit admission(const admission_rules& rules) : rules_{rules} {}

    /// Judges a new connection, and counts it if it is admitted: leave() must follow.
    [[nodiscard]] verdict enter(const source_address& from, core::time_point now);
    void leave(const source_address& from);

    /// The source as the core wants it: the whole address for TUN-3, its network for bounds per address.
    [[nodiscard]] core::connection_source source_for_core(const source_address& from) const;

    [[nodiscard]] const admission_rules& rules() const noexcept { return rules_; }
    /// New rules for connections that come from now on; nobody is closed. `ipv6_prefix` stays as it is.
    void change_rules(const admission_rules& rules);

private:
    [[nodiscard]] core::origin network(const source_address& from) const {
        return network_of(from.origin, rules_.ipv6_prefix);
    }

    admission_rules rules_;
    per_address_counter counter_;
    address_rates rates_;
};

}  // namespace chatos::net
