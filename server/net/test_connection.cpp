#include "net/test_connection.hpp"

#include "base/system/error_text.hpp"
#include "base/system/socket_address.hpp"

#include <chatos/encode.hpp>

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <span>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

namespace chatos::net::test {

namespace {

constexpr int receive_timeout_s = 300;

void bind_to(int socket, const std::string& source) {
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    EXPECT_EQ(::inet_pton(AF_INET, source.c_str(), &address.sin_addr), 1);
    EXPECT_EQ(::bind(socket, reinterpret_cast<const ::sockaddr*>(&address), sizeof address), 0) << source;
}

base::descriptor connect_to(const std::string& bound, const std::string& source) {
    const base::resolve_result resolved = base::resolve(base::parse_endpoint(bound).value);
    EXPECT_EQ(resolved.fault, "");
    const base::socket_address& address = resolved.addresses.at(0);
    base::descriptor socket{::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)};
    EXPECT_TRUE(socket.is_open()) << base::error_text();
    const ::timeval timeout{.tv_sec = receive_timeout_s, .tv_usec = 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (!source.empty()) {
        bind_to(socket.get(), source);
    }
    EXPECT_EQ(::connect(socket.get(), address.get(), address.size), 0) << base::error_text();
    return socket;
}

}  // namespace

std::string bytes_of(const packet_view& packet) {
    std::string bytes(encoded_size(packet), '\0');
    const auto result = encode(packet, std::as_writable_bytes(std::span{bytes}));
    EXPECT_EQ(result.status, encode_status::ok);
    return bytes;
}

connection::connection(const std::string& bound, const std::string& source) : socket_{connect_to(bound, source)} {}

void connection::send(std::initializer_list<packet_view> all) {
    std::string bytes;
    for (const packet_view& packet : all) {
        bytes += bytes_of(packet);
    }
    send_bytes(bytes);
}

void connection::send_bytes(std::string_view bytes) {
    while (!bytes.empty()) {
        const ::ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        ASSERT_GT(sent, 0) << base::error_text();
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void connection::send_what_fits(std::string_view bytes) {
    while (!bytes.empty()) {
        const ::ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
            continue;
        }
        ::pollfd room{.fd = socket_.get(), .events = POLLOUT, .revents = 0};
        constexpr int server_takes_no_more_ms = 5;
        if (errno != EAGAIN || ::poll(&room, 1, server_takes_no_more_ms) != 1) {
            return;
        }
    }
}

void connection::end() {
    const bool ended = ::shutdown(socket_.get(), SHUT_WR) == 0;
    ASSERT_TRUE(ended || errno == ENOTCONN) << base::error_text();
}

void connection::reset() {
    const ::linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket_.reset();
}

std::string connection::receive_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    std::size_t received = 0;
    while (received < count) {
        const ::ssize_t more = ::recv(socket_.get(), bytes.data() + received, count - received, 0);
        if (more <= 0) {
            EXPECT_FALSE(more < 0 && errno == EAGAIN) << "nothing came";
            break;
        }
        received += static_cast<std::size_t>(more);
    }
    bytes.resize(received);
    return bytes;
}

std::string connection::receive_all() {
    std::string bytes;
    char buffer[4'096];
    for (::ssize_t count = 0; (count = ::recv(socket_.get(), buffer, sizeof buffer, 0)) > 0;) {
        bytes.append(buffer, static_cast<std::size_t>(count));
    }
    return bytes;
}

bool connection::receives(const packet_view& expected) {
    const std::string bytes = bytes_of(expected);
    return receive_bytes(bytes.size()) == bytes;
}

std::string connection::next_event() {
    char byte = 0;
    const ::ssize_t count = ::recv(socket_.get(), &byte, 1, 0);
    if (count == 0) {
        return "end";
    }
    if (count < 0) {
        return errno == ECONNRESET ? "reset" : base::error_text();
    }
    return "bytes";
}

}  // namespace chatos::net::test
