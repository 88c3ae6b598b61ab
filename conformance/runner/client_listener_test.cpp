// Who is let in where a client is awaited. This process and what it forks play other runners: they reserve ports.
#include "runner/child_process.hpp"
#include "runner/client_listener.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace chatos::conformance {
namespace {

descriptor connect_to(std::uint16_t port) {
    descriptor result{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    EXPECT_EQ(::connect(result.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return result;
}

bool is_reset(const descriptor& connection) {
    char byte = 0;
    return ::recv(connection.get(), &byte, 1, 0) < 0 && errno == ECONNRESET;
}

/// Waits until a connection, refused or not, is there.
void await_connection(const client_listener& listener) {
    pollfd polled{listener.get(), POLLIN, 0};
    ASSERT_EQ(::poll(&polled, 1, -1), 1);
}

/// A program that reserves nothing: connects, and stays until it is told the end.
std::vector<std::string> connecting_program(std::uint16_t port) {
    return {"bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/" + std::to_string(port) + "; read -u 3"};
}

class ClientListener : public ::testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(listener_.open()); }

    client_listener listener_;
};

TEST_F(ClientListener, has_a_port_that_no_other_runner_is_given_until_it_is_destroyed) {
    listener_.stop_listening();  // so that only the reservation keeps others away
    EXPECT_EQ((reserved_port{{listener_.port(), listener_.port()}}.renew()), 0);
}

TEST_F(ClientListener, refuses_whoever_connects_before_the_client_is_started) {
    child_process other_program;
    ASSERT_EQ(other_program.start(connecting_program(listener_.port())), std::nullopt);
    await_connection(listener_);
    const descriptor connection = connect_to(listener_.port());
    listener_.refuse_waiting();
    EXPECT_EQ(listener_.refused(), 2U);
    EXPECT_TRUE(is_reset(connection));
    EXPECT_FALSE(listener_.accept(0).is_open());
}

TEST_F(ClientListener, refuses_another_runner_and_lets_the_client_in_that_comes_after_it) {
    listener_.refuse_waiting();
    const pid_t other = ::fork();
    ASSERT_GE(other, 0);
    if (other == 0) {
        reserved_port port;
        ::_exit(port.renew() != 0 && is_reset(connect_to(listener_.port())) ? 0 : 1);
    }
    await_connection(listener_);
    EXPECT_FALSE(listener_.accept(0).is_open());
    EXPECT_EQ(listener_.refused(), 1U);
    int status = 0;
    ASSERT_EQ(::waitpid(other, &status, 0), other);
    EXPECT_EQ(status, 0);

    child_process client;
    ASSERT_EQ(client.start(connecting_program(listener_.port())), std::nullopt);
    await_connection(listener_);
    EXPECT_TRUE(listener_.accept(client.group()).is_open());
    EXPECT_EQ(listener_.refused(), 1U);
}

TEST_F(ClientListener, lets_a_process_in_that_is_not_of_the_clients_group) {
    listener_.refuse_waiting();
    child_process daemon;
    ASSERT_EQ(daemon.start(connecting_program(listener_.port())), std::nullopt);
    await_connection(listener_);
    EXPECT_TRUE(listener_.accept(::getpid()).is_open());
    EXPECT_EQ(listener_.refused(), 0U);
}

}  // namespace
}  // namespace chatos::conformance
