// The other end of an execution: one that does what bytes say, and one that does just what the scenario wants.
#pragma once

#include "properties/verdict.hpp"
#include "scenario/scenario.hpp"
#include "scenario/simulated_network.hpp"

#include <cstddef>
#include <optional>
#include <span>

namespace chatos::fuzz {

/// How often at most time passes until the execution's deadline before a scenario is over: once for each step that can
/// be passed over or waits for nothing, and a few times for connections and the end.
[[nodiscard]] std::size_t waits_max(const conformance::scenario& scenario);

/// Reads `script` as commands (see peers.cpp): packets that fit and packets that do not, bytes, closes, time,
/// connections that hang. After its end nothing comes any more. "ends": the execution is over after waits_max() waits.
[[nodiscard]] verdict play_script(simulated_network& network, const conformance::scenario& scenario,
                                  std::span<const std::byte> script);

/// Sends each event when its step waits for it, of alternatives the one that `choice` says, and answers the closing
/// fence. True when the execution is over; false when the peer can not do what the scenario wants.
[[nodiscard]] bool play_along(simulated_network& network, const conformance::scenario& scenario, std::size_t choice);

}  // namespace chatos::fuzz
