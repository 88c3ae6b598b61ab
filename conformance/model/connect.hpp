// The model client as a program, with a connection, a clock and the standard streams. POSIX, one thread, poll().
#pragma once

#include "base/endpoint.hpp"
#include "model/client.hpp"

#include <string>
#include <variant>

namespace chatos::conformance {

struct connect_settings {
    client_settings client;  ///< this program follows the variants of writing (late, byte by byte, joined)
    base::endpoint server;
};

/// Reads commands from standard input and prints to standard output until the client exits. Returns its exit status, or
/// why it cannot connect, for people. A client that crashes ends this process with a signal.
[[nodiscard]] std::variant<int, std::string> connect_model(connect_settings settings);

}  // namespace chatos::conformance
