// Where to listen, as users write it: HOST:PORT, [IPV6]:PORT or unix:PATH. Text only; nothing is looked up here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace chatos::net {

struct listen_address {
    std::string host;       ///< a name or an address, without brackets; empty for a Unix socket
    std::uint16_t port{0};  ///< 0: the system picks one
    std::string unix_path;  ///< empty for TCP
};

/// Either an address, or a clause that explains what is wrong with the text.
struct parsed_address {
    listen_address address;
    std::string fault;  ///< empty: `address` is valid
};

[[nodiscard]] parsed_address parse_listen_address(std::string_view text);

}  // namespace chatos::net
