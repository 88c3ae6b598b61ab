// Where the server is, as users write it: HOST:PORT, [IPV6]:PORT or unix:PATH. Text only; nothing is looked up here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace chatos::client {

struct server_address {
    std::string host;       ///< a name or an address, without brackets; empty for a Unix socket
    std::uint16_t port{0};  ///< never 0 for TCP
    std::string unix_path;  ///< empty for TCP
};

/// Either an address, or one clause that says what is wrong with the text.
struct address_result {
    server_address address;
    std::string fault;  ///< empty: `address` holds
};

[[nodiscard]] address_result parse_server_address(std::string_view text);

}  // namespace chatos::client
