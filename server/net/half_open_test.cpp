// Half-open peers: every TCP connection has keep-alive enabled, and sends small packets at once.
#include "base/endpoint.hpp"
#include "net/socket_server.hpp"
#include "net/test_connection.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <thread>

namespace chatos::net::test {
namespace {

int option(int socket, int level, int name) {
    int value = -1;
    ::socklen_t size = sizeof value;
    EXPECT_EQ(::getsockopt(socket, level, name, &value, &size), 0);
    return value;
}

// The other end of `mine`, which the server has in this same process.
int other_end(int mine) {
    ::sockaddr_in own{};
    ::socklen_t size = sizeof own;
    EXPECT_EQ(::getsockname(mine, reinterpret_cast<::sockaddr*>(&own), &size), 0);
    for (const auto& it : std::filesystem::directory_iterator{"/proc/self/fd"}) {
        const int number = std::stoi(it.path().filename().string());
        ::sockaddr_in peer{};
        size = sizeof peer;
        if (number != mine && ::getpeername(number, reinterpret_cast<::sockaddr*>(&peer), &size) == 0 &&
            peer.sin_family == AF_INET && peer.sin_port == own.sin_port) {
            return number;
        }
    }
    return -1;
}

TEST(HalfOpen, accepted_connections_have_keepalive_and_a_limit_for_what_is_not_acknowledged) {
    socket_server server{core::options{}};
    const auto listening = server.listen(base::parse_listen_endpoint("127.0.0.1:0").value);
    ASSERT_EQ(listening.fault, "");
    std::thread runner{[&server] { server.run(); }};
    connection alice{listening.bound.front()};
    alice.send(make_cr("alice"));
    EXPECT_TRUE(alice.receives(make_error(error_code::ok)));
    const int accepted = other_end(alice.descriptor());
    ASSERT_GE(accepted, 0);
    EXPECT_EQ(option(accepted, SOL_SOCKET, SO_KEEPALIVE), 1);
    const int idle_s = option(accepted, IPPROTO_TCP, TCP_KEEPIDLE);
    const int all_s =
        idle_s + option(accepted, IPPROTO_TCP, TCP_KEEPINTVL) * option(accepted, IPPROTO_TCP, TCP_KEEPCNT);
    EXPECT_GT(idle_s, 0);
    EXPECT_LE(all_s, 120) << "an idle peer that has vanished is noticed within two minutes";
    const int unacknowledged_ms = option(accepted, IPPROTO_TCP, TCP_USER_TIMEOUT);
    EXPECT_GT(unacknowledged_ms, 0);
    EXPECT_LE(unacknowledged_ms, 60'000) << "and within one when something is sent to it";
    EXPECT_NE(option(accepted, IPPROTO_TCP, TCP_NODELAY), 0);
    server.stop();
    server.stop();
    runner.join();
}

}  // namespace
}  // namespace chatos::net::test
