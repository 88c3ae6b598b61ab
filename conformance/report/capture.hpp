// The traffic of a scenario as a pcap file that any dump tool opens: IPv4 and TCP made up around the recorded bytes,
// with a handshake, sequence numbers, acknowledgements and checksums as they must be.
#pragma once

#include "runner/suite.hpp"

#include <cstdint>
#include <string>

namespace chatos::conformance {

/// The server is always 127.0.0.1:7777, where dump tools look for ChatOS; the actors are ports of the same host, in
/// their order.
inline constexpr std::uint16_t capture_server_port = 7'777;
inline constexpr std::uint16_t capture_first_actor_port = 40'001;

/// A whole pcap file: link type 101 (raw IP), microseconds. A payload of which only the beginning was kept is cut as by
/// a snap length. Without traffic it holds the file header alone.
[[nodiscard]] std::string capture_of(const scenario_report& report);

}  // namespace chatos::conformance
