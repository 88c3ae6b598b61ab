// The sockets under an execution: does what it asks for and tells it what happened. POSIX, one thread, poll().
#pragma once

#include "base/system/socket_address.hpp"
#include "runner/execution.hpp"

#include <optional>
#include <string>
#include <sys/socket.h>
#include <variant>
#include <vector>

namespace chatos::conformance {

using base::socket_address;

class child_process;
class client_processes;

/// True when a server accepts a TCP connection there within the time.
[[nodiscard]] bool accepts_connections(const socket_address& where, std::chrono::milliseconds time);

/// Runs the execution to its end over real connections to `where`, where `server` listens if it is a process of ours.
void run_over_tcp(execution& run, const socket_address& where, const child_process* server = nullptr);

/// Runs it to its end with clients under test, to which it is the server. A sentence that says why one could not be
/// started, or nothing.
[[nodiscard]] std::optional<std::string> run_with_clients(execution& run, client_processes& clients);

/// Registers a client there; true when any answer comes. Gives up after `time`.
[[nodiscard]] bool answers_anything(const socket_address& where, const std::string& pseudo,
                                    std::chrono::milliseconds time);
/// Sends bytes there on a new connection; the first bytes that come back, and none if none do within `time`.
[[nodiscard]] std::vector<std::byte> first_reply(const socket_address& where, std::span<const std::byte> bytes,
                                                 std::chrono::milliseconds time);

}  // namespace chatos::conformance
