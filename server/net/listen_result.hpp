// What came of the wish to listen somewhere.
#pragma once

#include <string>

namespace chatos::net {

/// Where a listener ended up, or why there is none.
struct listen_result {
    std::string bound;  ///< "127.0.0.1:7777", "[::1]:7777" or "unix:PATH", as clients reach it
    std::string fault;  ///< empty: it listens; otherwise the system's reason
};

}  // namespace chatos::net
