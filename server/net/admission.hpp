// Who may enter: the bounds and rates per address that count before the core knows a connection.
#pragma once

#include "core/clock.hpp"
#include "core/origin.hpp"
#include "net/address_range.hpp"
#include "net/address_rates.hpp"
#include "net/connection_log.hpp"
#include "net/source_address.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

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
    std::vector<address_range> trusted_proxies{};  ///< who may speak the PROXY protocol, besides Unix sockets
    std::uint32_t ipv6_prefix{128};                ///< bits of an IPv6 address that tell one client from another; fixed
};

class admission {
public:
    enum class verdict : std::uint8_t { admitted, over_limit, over_rate };

    /// Connections that were closed, by cause.
    struct counts {
        std::uint64_t address_limit{0};
        std::uint64_t address_rate{0};
        std::uint64_t proxy_header{0};     ///< a PROXY header that was cut, malformed or too slow
        std::uint64_t proxy_untrusted{0};  ///< not among admission_rules::trusted_proxies
    };

    /// `log` must outlive this.
    admission(const admission_rules& rules, connection_log& log) : rules_{rules}, log_{log} {}

    /// Judges a new connection, and counts it if it is admitted: leave() must follow.
    [[nodiscard]] verdict enter(const source_address& from, core::time_point now);
    void leave(const source_address& from);

    /// Answers a connection that was not admitted as a CR when there is no room (CONN-4); the caller closes it. At
    /// once: a client that opens too many connections must not cost time or descriptors.
    void reject(int socket, const source_address& from, verdict why);
    /// Counts and logs connections that the caller closes. `why` empty: nothing came, which is no fault.
    void close_proxied(const source_address& proxy, std::string_view why);
    void close_untrusted(const source_address& proxy);
    [[nodiscard]] const counts& closed() const noexcept { return closed_; }

    /// Whether the PROXY header of a connection from there is believed.
    [[nodiscard]] bool trusts(const source_address& proxy) const;

    /// The source as the core wants it: the whole address for TUN-3, its network for bounds per address.
    [[nodiscard]] core::connection_source source_for_core(const source_address& from) const;

    [[nodiscard]] const admission_rules& rules() const noexcept { return rules_; }
    /// New rules for connections that come from now on; nobody is closed. `ipv6_prefix` and `trusted_proxies` stay as
    /// they are.
    void change_rules(const admission_rules& rules);

private:
    [[nodiscard]] core::origin network(const source_address& from) const {
        return network_of(from.origin, rules_.ipv6_prefix);
    }

    admission_rules rules_;
    connection_log& log_;
    counts closed_;
    per_address_counter counter_;
    address_rates rates_;
};

}  // namespace chatos::net
