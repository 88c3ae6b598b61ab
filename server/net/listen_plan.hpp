// Where and how the server is to listen, as its flags say it: addresses, who may use Unix sockets, which listeners
// speak the PROXY protocol and with whom.
#pragma once

#include "base/endpoint.hpp"
#include "net/address_range.hpp"
#include "net/listeners.hpp"
#include "ops/flags.hpp"

#include <string>
#include <vector>

namespace chatos::net {

struct planned_listener {
    std::string text{};  ///< as the flag has it
    base::endpoint where{};
    listen_options options{};
};

struct listen_plan {
    std::vector<planned_listener> listeners{};
    std::vector<address_range> trusted_proxies{};
    std::string fault{};  ///< which flag is invalid, and what was expected; empty: the plan holds
};

/// Looks up the group's name, and nothing else.
[[nodiscard]] listen_plan plan_listeners(const ops::flags& flags);

}  // namespace chatos::net
