#include "net/admission.hpp"

#include <algorithm>
#include <array>
#include <sys/socket.h>
#include <utility>

namespace chatos::net {

admission::verdict admission::enter(const source_address& from, core::time_point now) {
    const core::origin key = network(from);
    if (!rates_.take(key, now, rules_.connections_per_second)) {
        return verdict::over_rate;
    }
    const bool excepted = rules_.local_excepted && is_local(from.origin);
    return counter_.add(key, excepted ? 0 : rules_.per_address_max) ? verdict::admitted : verdict::over_limit;
}

void admission::leave(const source_address& from) {
    counter_.remove(network(from));
}

void admission::reject(int socket, const source_address& from, verdict why) {
    constexpr std::array<unsigned char, 2> out_of_capacity{6, 2};
    static_cast<void>(::send(socket, out_of_capacity.data(), out_of_capacity.size(), MSG_NOSIGNAL));
    ::shutdown(socket, SHUT_WR);
    if (why == verdict::over_rate) {
        ++closed_.address_rate;
        log_.over_address_rate(from, rules_.connections_per_second);
    } else {
        ++closed_.address_limit;
        log_.over_address_limit(from, rules_.per_address_max);
    }
}

void admission::close_proxied(const source_address& proxy, std::string_view why) {
    if (!why.empty()) {
        ++closed_.proxy_header;
        log_.bad_proxy_header(proxy, why);
    }
}

void admission::close_untrusted(const source_address& proxy) {
    ++closed_.proxy_untrusted;
    log_.untrusted_proxy(proxy);
}

bool admission::trusts(const source_address& proxy) const {
    return is_unix(proxy.origin) ||
           std::any_of(rules_.trusted_proxies.begin(), rules_.trusted_proxies.end(),
                       [&proxy](const address_range& range) { return range.contains(proxy.origin); });
}

core::connection_source admission::source_for_core(const source_address& from) const {
    return {from.origin, network(from), !(rules_.local_excepted_in_core && is_local(from.origin))};
}

void admission::change_rules(const admission_rules& rules) {
    admission_rules fresh = rules;
    fresh.ipv6_prefix = rules_.ipv6_prefix;  // what is counted was counted by it
    fresh.trusted_proxies = std::move(rules_.trusted_proxies);
    rules_ = std::move(fresh);
}

}  // namespace chatos::net
