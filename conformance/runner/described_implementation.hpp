// The implementation that a profile describes, ready to be started.
#pragma once

#include "profile/profile.hpp"
#include "runner/client_implementation.hpp"
#include "runner/implementation.hpp"

#include <memory>

namespace chatos::conformance {

/// A server; the profile must have a command. `time_factor` scales how long its start may take.
[[nodiscard]] std::unique_ptr<started_command> described_server(const profile& profile, double time_factor);
/// A client.
[[nodiscard]] std::unique_ptr<started_client> described_client(const profile& profile);
/// Either.
[[nodiscard]] std::unique_ptr<implementation> described_implementation(const profile& profile, double time_factor);

/// How long the start of a server may take.
[[nodiscard]] std::chrono::milliseconds server_start_time(double time_factor);

}  // namespace chatos::conformance
