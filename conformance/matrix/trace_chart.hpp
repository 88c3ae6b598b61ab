// A recorded conversation as a sequence chart: the server, and each connection under the pseudo that it claimed.
#pragma once

#include "base/sequence_chart.hpp"
#include "judge/judge.hpp"

#include <span>
#include <string>

namespace chatos::conformance {

/// `SPM pseudo="bob" message="hi"`
[[nodiscard]] std::string packet_text(const observed_packet& packet);

/// What breaks a rule is marked. Rows beyond 120 are left out, those around the first violation kept.
[[nodiscard]] base::sequence_chart chart_of(const trace& observed, std::span<const violation> violations);

}  // namespace chatos::conformance
