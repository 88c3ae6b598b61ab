// Opening listening sockets, TCP and Unix alike.
#pragma once

#include "net/descriptor.hpp"
#include "net/listen_address.hpp"

#include <string>

namespace chatos::net {

struct opened_socket {
    descriptor socket;
    int family{0};      ///< AF_INET, AF_INET6 or AF_UNIX
    std::string bound;  ///< as clients reach it
    std::string fault;  ///< empty: `socket` listens and never blocks
};

/// Resolves host names, which may take a while.
[[nodiscard]] opened_socket open_listener(const listen_address& where);

}  // namespace chatos::net
