// What makes it uncertain whether a client's session goes on: the rules let a server end it after input that may be
// malformed (ERR-2), and after deliveries that ran out of time in a row (FLOW-10).
#pragma once

#include "judge/connection_trace.hpp"

#include <cstddef>

namespace chatos::conformance {

/// FLOW-10: with more in a row, a server may end the session.
inline constexpr std::size_t overdue_deliveries_safe = 2;

/// Whether a server that accepts no more than it must finds the packet malformed (WIRE-10, WIRE-14).
[[nodiscard]] bool may_be_malformed(const observed_packet& packet);
/// Whether the server cannot have counted the delivery as one that ran out of time.
[[nodiscard]] bool is_answered_soon(const traced_delivery& delivery);

}  // namespace chatos::conformance
