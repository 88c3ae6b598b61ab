// The model client as a program: a connection, a clock and the standard streams around it, nothing else. POSIX, one
// thread, poll().
#pragma once

#include "model/client.hpp"
#include "runner/endpoint.hpp"

#include <string>
#include <variant>

namespace chatos::conformance {

struct connect_settings {
    client_settings client;  ///< the variants of how bytes leave (late, byte by byte, joined) are followed here
    endpoint server;
};

/// Reads commands from standard input and prints to standard output until the client leaves. Its exit code, or why
/// there is no connection, in a sentence. A client that crashes ends this process with a signal.
[[nodiscard]] std::variant<int, std::string> connect_model(connect_settings settings);

}  // namespace chatos::conformance
