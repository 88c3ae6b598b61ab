// Where an implementation listens.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chatos::conformance {

/// A numeric address or a host name, and a port.
struct endpoint {
    std::string host;  ///< without the brackets of IPv6
    std::uint16_t port{0};

    /// "127.0.0.1:7777", "[::1]:7777"
    [[nodiscard]] std::string text() const;
};

/// "HOST:PORT" with a port from 1 to 65535, IPv6 in brackets; nothing otherwise.
[[nodiscard]] std::optional<endpoint> parse_endpoint(std::string_view text);

}  // namespace chatos::conformance
