// What makes it uncertain whether a client's session continues: the rules let a server end it after input that may be
// malformed (ERR-2), and after deliveries that ran out of time in a row (FLOW-10).
#pragma once

#include "judge/connection_trace.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::conformance {

/// No server waits less for an answer.
inline constexpr std::int64_t timeout_min_ns = 50'000'000;
/// FLOW-10: with more in a row that may have run out of time, a server may end the session.
inline constexpr std::size_t overdue_deliveries_safe = 2;
inline constexpr std::int64_t overdue_ns = (overdue_deliveries_safe + 1) * timeout_min_ns;

/// Whether a server that accepts no more than it must finds the packet malformed (WIRE-10, WIRE-14).
[[nodiscard]] bool may_be_malformed(const observed_packet& packet);
/// Whether all sizes in the beginning of a packet are within what every server accepts, and not 0.
[[nodiscard]] bool has_safe_sizes(std::span<const std::byte> unfinished);
[[nodiscard]] bool is_answered_within(const traced_delivery& delivery, std::int64_t time_ns);

}  // namespace chatos::conformance
