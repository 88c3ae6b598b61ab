// Where the server is, and from which addresses of ours it can be reached.
#pragma once

#include "base/system/socket_address.hpp"

#include <cstdint>
#include <string>

namespace chatos::bench {

/// Ports that one source address has for us, as Linux is set up.
inline constexpr std::uint32_t ports_per_source = 28'000;
/// Connections that a loopback source is given: finding a free port becomes slow long before all are in use.
inline constexpr std::uint32_t connections_per_source = 10'000;

struct target_address {
    base::socket_address socket{};
    std::string text{};  ///< as it was given

    /// 127.0.0.0/8: a connection may come from any address of that network.
    [[nodiscard]] bool is_loopback_v4() const noexcept;
    /// Connections that can exist at a time, or shortly after each other.
    [[nodiscard]] std::uint32_t connections_max() const noexcept;
};

struct target_result {
    target_address address{};
    std::string fault{};  ///< empty: `address` is set
};

/// HOST:PORT, [IPv6]:PORT or unix:PATH. A name is looked up; of several addresses the first that answers is taken.
[[nodiscard]] target_result parse_target(const std::string& text);

/// The address that connection number `serial` to a loopback target comes from: 127.0.0.1 for the first
/// connections_per_source, then 127.0.0.2, ...
[[nodiscard]] std::uint32_t loopback_source(std::uint32_t serial) noexcept;

}  // namespace chatos::bench
