#include "net/endpoints.hpp"

#include <asio/basic_socket_acceptor.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ip/v6_only.hpp>
#include <asio/local/stream_protocol.hpp>

#include <cstring>
#include <netinet/tcp.h>
#include <optional>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace chatos::net {

namespace {

using acceptor_socket = asio::basic_socket_acceptor<asio::generic::stream_protocol>;
using generic_endpoint = asio::generic::stream_protocol::endpoint;

// Detects a peer that vanished after about two minutes when nothing is sent to it, after one minute otherwise.
constexpr int keepalive_idle_s = 60;
constexpr int keepalive_interval_s = 10;
constexpr int keepalive_probes = 6;
constexpr int unacknowledged_timeout_ms = 60'000;

// On Linux accepted sockets inherit these from the listening socket, which saves five system calls for each.
void set_tcp_options(int socket) {
    const auto set = [socket](int level, int name, int value) {
        static_cast<void>(::setsockopt(socket, level, name, &value, sizeof value));
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_NODELAY, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, keepalive_idle_s);
    set(IPPROTO_TCP, TCP_KEEPINTVL, keepalive_interval_s);
    set(IPPROTO_TCP, TCP_KEEPCNT, keepalive_probes);
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, unacknowledged_timeout_ms);
}

// A socket file without a listener was left by a server that was killed: it may be removed.
void remove_stale_socket(asio::io_context& context, const std::string& path) {
    struct ::stat status {};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) {
        return;
    }
    asio::local::stream_protocol::socket probe{context};
    asio::error_code error;
    probe.connect(asio::local::stream_protocol::endpoint{path}, error);
    if (error == asio::error::connection_refused) {
        static_cast<void>(::unlink(path.c_str()));
    }
}

std::optional<asio::ip::tcp::endpoint> resolve(asio::io_context& context, const listen_address& where,
                                               asio::error_code& error) {
    const asio::ip::address literal = asio::ip::make_address(where.host, error);
    if (!error) {
        return asio::ip::tcp::endpoint{literal, where.port};
    }
    asio::ip::tcp::resolver resolver{context};
    const auto position =
        resolver.resolve(where.host, std::to_string(where.port), asio::ip::resolver_base::passive, error);
    if (error || position.empty()) {
        return std::nullopt;
    }
    return position.begin()->endpoint();
}

std::string name_of_tcp(const generic_endpoint& bound) {
    asio::ip::tcp::endpoint endpoint;
    std::memcpy(endpoint.data(), bound.data(), bound.size());
    endpoint.resize(bound.size());
    const std::string host = endpoint.address().to_string();
    const std::string port = std::to_string(endpoint.port());
    return endpoint.address().is_v6() ? "[" + host + "]:" + port : host + ":" + port;
}

// std::system_category() names the reason in a few words ("Address already in use").
void start_listening(acceptor_socket& acceptor, const generic_endpoint& endpoint, bool tcp, asio::error_code& error) {
    acceptor.open(endpoint.protocol(), error);
    if (!error && tcp) {
        acceptor.set_option(asio::socket_base::reuse_address{true}, error);
        set_tcp_options(acceptor.native_handle());
    }
    if (!error && endpoint.protocol().family() == AF_INET6) {
        acceptor.set_option(asio::ip::v6_only{true}, error);
    }
    if (!error) {
        acceptor.bind(endpoint, error);
    }
    if (!error) {
        acceptor.listen(asio::socket_base::max_listen_connections, error);
    }
    if (!error) {
        acceptor.non_blocking(true, error);
    }
}

}  // namespace

opened_socket open_listener(const listen_address& where) {
    asio::io_context context;
    opened_socket opened;
    asio::error_code error;
    const bool tcp = where.unix_path.empty();
    generic_endpoint endpoint;
    if (tcp) {
        const auto position = resolve(context, where, error);
        if (!position) {
            opened.fault = error.message();
            return opened;
        }
        endpoint = *position;
    } else {
        remove_stale_socket(context, where.unix_path);
        endpoint = asio::local::stream_protocol::endpoint{where.unix_path};
    }
    acceptor_socket acceptor{context};
    start_listening(acceptor, endpoint, tcp, error);
    if (error) {
        opened.fault = error.message();
        return opened;
    }
    opened.bound = tcp ? name_of_tcp(acceptor.local_endpoint()) : "unix:" + where.unix_path;
    opened.family = endpoint.protocol().family();
    opened.socket = descriptor{acceptor.release()};
    return opened;
}

}  // namespace chatos::net
