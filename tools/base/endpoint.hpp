// Where a server is, as users write it: HOST:PORT, [IPv6]:PORT, [IPv6%ZONE]:PORT or unix:PATH. Text only: nothing is
// looked up here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace chatos::base {

struct endpoint {
    std::string host{};       ///< a name or an address, without brackets and zone; empty for a Unix socket
    std::string zone{};       ///< of an IPv6 address: the network interface; usually empty
    std::uint16_t port{0};    ///< 0 where the system is to pick one
    std::string unix_path{};  ///< empty for TCP

    [[nodiscard]] bool is_unix() const noexcept { return !unix_path.empty(); }
    /// As it is parsed: "127.0.0.1:7777", "[fe80::1%eth0]:7777", "unix:/run/chatos".
    [[nodiscard]] std::string text() const;

    friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// An endpoint, or what is wrong with the text.
struct endpoint_result {
    endpoint value{};
    std::string fault{};  ///< "invalid address 'abc': the port is missing; expected ..."; empty: `value` holds
};

/// For a server that connects are sent to: port 0 is refused.
[[nodiscard]] endpoint_result parse_endpoint(std::string_view text);

/// For a server that listens: port 0 lets the system pick one.
[[nodiscard]] endpoint_result parse_listen_endpoint(std::string_view text);

/// A numeric host and a port: IPv6 in brackets.
[[nodiscard]] std::string host_and_port(std::string_view host, std::uint16_t port);

}  // namespace chatos::base
