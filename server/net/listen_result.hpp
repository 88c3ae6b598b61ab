// The result of listening on an address.
#pragma once

#include <string>
#include <vector>

namespace chatos::net {

/// The bound addresses, or the reason for the failure.
struct listen_result {
    /// "127.0.0.1:7777", "[::1]:7777" or "unix:PATH", as clients reach it, for each address of the host.
    std::vector<std::string> bound{};
    std::string fault{};  ///< empty: they listen; otherwise the system's reason
};

}  // namespace chatos::net
