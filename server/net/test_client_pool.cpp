#include "net/test_client_pool.hpp"

#include "base/endpoint.hpp"
#include "base/system/error_text.hpp"
#include "net/test_connection.hpp"

#include <chatos/decode.hpp>

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace chatos::net::test {

namespace {

constexpr std::size_t members_per_source = 10'000;
constexpr auto timeout = std::chrono::seconds{300};

}  // namespace

std::string raise_descriptor_limit(std::size_t count) {
    constexpr std::size_t others = 64;
    ::rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return base::error_text();
    }
    limit.rlim_cur = limit.rlim_max;
    if (limit.rlim_max < count + others || ::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return "the hard limit of open files is " + std::to_string(limit.rlim_max) + ", and " +
               std::to_string(count + others) + " are needed (ulimit -Hn)";
    }
    return {};
}

client_pool::client_pool(const std::string& bound, packet_event on_packet)
    : on_packet_{std::move(on_packet)}, epoll_{::epoll_create1(EPOLL_CLOEXEC)} {
    const base::endpoint where = base::parse_listen_endpoint(bound).value;
    host_ = where.host;
    port_ = where.port;
    EXPECT_TRUE(epoll_.is_open()) << base::error_text();
}

client_pool::~client_pool() {
    leave();
}

void client_pool::connect(std::size_t count) {
    clients_.reserve(clients_.size() + count);
    for (std::size_t i = 0; i < count; ++i) {
        open(clients_.size());
    }
}

bool client_pool::all_registered() {
    return run_until([this] { return registered_ == clients_.size(); });
}

bool client_pool::join(std::size_t count) {
    constexpr std::size_t connecting_max = 500;  // below the backlog of a listener
    const std::size_t wanted = clients_.size() + count;
    return run_until([this, wanted] {
        while (clients_.size() < wanted && clients_.size() - registered_ < connecting_max) {
            open(clients_.size());
        }
        return registered_ == wanted;
    });
}

void client_pool::open(std::size_t number) {
    member& client = clients_.emplace_back();
    client.pseudo = "user" + std::to_string(number);
    client.socket = base::descriptor{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    ASSERT_TRUE(client.socket.is_open()) << base::error_text();
    const int on = 1;
    ::setsockopt(client.socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(client.socket.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + static_cast<std::uint32_t>(number / members_per_source));
    ASSERT_EQ(::bind(client.socket.get(), reinterpret_cast<const ::sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::inet_pton(AF_INET, host_.c_str(), &address.sin_addr), 1);
    address.sin_port = htons(port_);
    if (::connect(client.socket.get(), reinterpret_cast<const ::sockaddr*>(&address), sizeof address) != 0) {
        ASSERT_EQ(errno, EINPROGRESS) << base::error_text();
    }
    client.unsent = bytes_of(make_cr(client.pseudo));
    ::epoll_event interest{.events = EPOLLIN | EPOLLOUT, .data = {.u64 = number}};
    ASSERT_EQ(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, client.socket.get(), &interest), 0) << base::error_text();
}

void client_pool::send(member& from, const packet_view& packet) {
    from.unsent += bytes_of(packet);
    flush(static_cast<std::size_t>(&from - clients_.data()));
}

void client_pool::flush(std::size_t number) {
    member& client = clients_[number];
    if (client.ended || !client.socket.is_open()) {
        return;
    }
    while (!client.unsent.empty()) {
        const ::ssize_t sent = ::send(client.socket.get(), client.unsent.data(), client.unsent.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            break;  // the buffer is full, or the next read reports the error
        }
        client.unsent.erase(0, static_cast<std::size_t>(sent));
    }
    const std::uint32_t events = (client.reads ? EPOLLIN : 0U) | (client.unsent.empty() ? 0U : EPOLLOUT);
    ::epoll_event interest{.events = events, .data = {.u64 = number}};
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, client.socket.get(), &interest);
}

void client_pool::take(std::size_t number, std::uint32_t events) {
    member& client = clients_[number];
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && (client.reads || (events & EPOLLIN) == 0)) {
        std::array<char, 16'384> buffer{};
        const ::ssize_t count = ::recv(client.socket.get(), buffer.data(), buffer.size(), 0);
        if (count > 0) {
            client.unfinished.append(buffer.data(), static_cast<std::size_t>(count));
            take_packets(client);
        } else if (count == 0 || errno != EAGAIN) {
            client.ended = true;
            ++ended_;
            client.socket.reset();
            return;
        }
    }
    flush(number);
}

void client_pool::take_packets(member& client) {
    std::size_t at = 0;
    while (true) {
        const auto remaining = std::as_bytes(std::span{client.unfinished}).subspan(at);
        const decode_result result = decode(remaining);
        EXPECT_NE(result.status, decode_status::malformed) << client.pseudo;
        if (result.status != decode_status::complete) {
            break;
        }
        at += result.consumed;
        if (!client.registered) {
            register_or_retry(client, result.packet);
            continue;
        }
        if (result.packet.op == opcode::error) {
            ++client.answers_received;
        } else {
            ++client.messages;
            ++messages_;
            if (client.answers) {
                client.unsent += bytes_of(make_error(error_code::ok));
            }
        }
        if (on_packet_) {
            on_packet_(client, result.packet);
        }
    }
    client.unfinished.erase(0, at);
}

void client_pool::register_or_retry(member& client, const packet_view& answer) {
    if (answer == make_error(error_code::pseudo_taken)) {
        client.unsent += bytes_of(make_cr(client.pseudo));
        return;
    }
    EXPECT_EQ(answer, make_error(error_code::ok)) << client.pseudo;
    client.registered = true;
    ++registered_;
}

bool client_pool::run_until(const std::function<bool()>& done) {
    std::array<::epoll_event, 256> ready{};
    auto deadline = std::chrono::steady_clock::now() + timeout;
    while (!done()) {
        constexpr int look_again_ms = 10;  // what `done` asks about may be elsewhere
        const int count = ::epoll_wait(epoll_.get(), ready.data(), ready.size(), look_again_ms);
        const auto now = std::chrono::steady_clock::now();
        if (count > 0) {
            deadline = now + timeout;
        } else if (now > deadline) {
            return false;
        }
        for (int i = 0; i < count; ++i) {
            const ::epoll_event& event = ready[static_cast<std::size_t>(i)];
            take(event.data.u64, event.events);
        }
    }
    return true;
}

void client_pool::leave(bool with_reset) {
    for (member& client : clients_) {
        if (client.socket.is_open()) {
            const ::linger at_once{.l_onoff = with_reset ? 1 : 0, .l_linger = 0};
            ::setsockopt(client.socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        }
    }
    clients_.clear();
    registered_ = ended_ = messages_ = 0;
}

}  // namespace chatos::net::test
