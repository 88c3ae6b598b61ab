// A network of one's own: what comes from its addresses is not loopback to a server, and no packet leaves the machine.
#pragma once

#include <functional>
#include <span>
#include <string>

namespace chatos::attack {

/// Runs `inside` on a thread in a new network namespace, whose only interface (lo) has the given addresses besides its
/// own. Processes and threads started there are in it as well. Exceptions of `inside` pass through. Returns empty, or
/// why this machine does not allow it; then nothing was run.
[[nodiscard]] std::string run_in_own_network(std::span<const std::string> ipv4, std::span<const std::string> ipv6,
                                             const std::function<void()>& inside);

}  // namespace chatos::attack
