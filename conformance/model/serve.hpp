// The model as a TCP server on loopback, with sockets and a clock. POSIX, one thread, poll().
#pragma once

#include "model/model.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace chatos::conformance {

struct serve_settings {
    model_settings model;   ///< this server follows the variants of writing (slow answers, byte by byte)
    std::uint16_t port{0};  ///< 0 picks a free one
    std::function<void(std::uint16_t)> listening;  ///< called with the port once connections are accepted
};

/// Serves until a fault makes the server die or the process is ended. Returns the reason, for people.
[[nodiscard]] std::string serve_model(serve_settings settings);

}  // namespace chatos::conformance
