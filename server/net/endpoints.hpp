// Opening listening sockets, TCP and Unix alike. One of the few headers that show Asio.
#pragma once

#include "net/listen_address.hpp"

#include <asio/basic_socket_acceptor.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>

#include <string>

namespace chatos::net {

using acceptor_socket = asio::basic_socket_acceptor<asio::generic::stream_protocol>;

struct opened_listener {
    acceptor_socket acceptor;
    std::string bound;  ///< as clients reach it
    std::string fault;  ///< empty: `acceptor` listens and never blocks
};

[[nodiscard]] opened_listener open_listener(asio::io_context& context, const listen_address& where);

}  // namespace chatos::net
