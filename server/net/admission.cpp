#include "net/admission.hpp"

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

core::connection_source admission::source_for_core(const source_address& from) const {
    return {from.origin, network(from), !(rules_.local_excepted_in_core && is_local(from.origin))};
}

void admission::change_rules(const admission_rules& rules) {
    const std::uint32_t prefix = rules_.ipv6_prefix;  // what is counted was counted by it
    rules_ = rules;
    rules_.ipv6_prefix = prefix;
}

}  // namespace chatos::net
