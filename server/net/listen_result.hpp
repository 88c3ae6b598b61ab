// The result of listening on an address.
#pragma once

#include <string>

namespace chatos::net {

/// The bound address, or the reason for the failure.
struct listen_result {
    std::string bound;  ///< "127.0.0.1:7777", "[::1]:7777" or "unix:PATH", as clients reach it
    std::string fault;  ///< empty: it listens; otherwise the system's reason
};

}  // namespace chatos::net
