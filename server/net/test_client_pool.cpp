#include "net/test_client_pool.hpp"

#include "net/listen_address.hpp"
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
constexpr auto patience = std::chrono::seconds{60};

}  // namespace

std::string raise_descriptor_limit(std::size_t count) {
    constexpr std::size_t others = 64;
    ::rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return std::strerror(errno);
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
    const listen_address where = parse_listen_address(bound).address;
    host_ = where.host;
    port_ = where.port;
    EXPECT_GE(epoll_, 0) << std::strerror(errno);
}

client_pool::~client_pool() {
    leave();
    ::close(epoll_);
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
    constexpr std::size_t connecting_max = 500;  // below what a listener lets wait
    const std::size_t wanted = clients_.size() + count;
    return run_until([this, wanted] {
        while (clients_.size() < wanted && clients_.size() - registered_ < connecting_max) {
            open(clients_.size());
        }
        return registered_ == wanted;
    });
}

void client_pool::open(std::size_t number) {
    client& one = clients_.emplace_back();
    one.pseudo = "user" + std::to_string(number);
    one.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    ASSERT_GE(one.socket, 0) << std::strerror(errno);
    const int on = 1;
    ::setsockopt(one.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(one.socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + static_cast<std::uint32_t>(number / members_per_source));
    ASSERT_EQ(::bind(one.socket, reinterpret_cast<const ::sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::inet_pton(AF_INET, host_.c_str(), &address.sin_addr), 1);
    address.sin_port = htons(port_);
    if (::connect(one.socket, reinterpret_cast<const ::sockaddr*>(&address), sizeof address) != 0) {
        ASSERT_EQ(errno, EINPROGRESS) << std::strerror(errno);
    }
    one.unsent = bytes_of(make_cr(one.pseudo));
    ::epoll_event interest{.events = EPOLLIN | EPOLLOUT, .data = {.u64 = number}};
    ASSERT_EQ(::epoll_ctl(epoll_, EPOLL_CTL_ADD, one.socket, &interest), 0) << std::strerror(errno);
}

void client_pool::send(client& from, const packet_view& packet) {
    from.unsent += bytes_of(packet);
    flush(static_cast<std::size_t>(&from - clients_.data()));
}

void client_pool::flush(std::size_t number) {
    client& one = clients_[number];
    if (one.ended || one.socket < 0) {
        return;
    }
    while (!one.unsent.empty()) {
        const ::ssize_t sent = ::send(one.socket, one.unsent.data(), one.unsent.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            break;  // the system takes no more, or reading will tell what is wrong
        }
        one.unsent.erase(0, static_cast<std::size_t>(sent));
    }
    const std::uint32_t events = (one.reads ? EPOLLIN : 0U) | (one.unsent.empty() ? 0U : EPOLLOUT);
    ::epoll_event interest{.events = events, .data = {.u64 = number}};
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, one.socket, &interest);
}

void client_pool::take(std::size_t number, std::uint32_t events) {
    client& one = clients_[number];
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && (one.reads || (events & EPOLLIN) == 0)) {
        std::array<char, 16'384> buffer{};
        const ::ssize_t count = ::recv(one.socket, buffer.data(), buffer.size(), 0);
        if (count > 0) {
            one.unfinished.append(buffer.data(), static_cast<std::size_t>(count));
            take_packets(one);
        } else if (count == 0 || errno != EAGAIN) {
            one.ended = true;
            ++ended_;
            ::close(std::exchange(one.socket, -1));
            return;
        }
    }
    flush(number);
}

void client_pool::take_packets(client& one) {
    std::size_t at = 0;
    while (true) {
        const auto rest = std::as_bytes(std::span{one.unfinished}).subspan(at);
        const decode_result found = decode(rest);
        EXPECT_NE(found.status, decode_status::malformed) << one.pseudo;
        if (found.status != decode_status::complete) {
            break;
        }
        at += found.consumed;
        if (!one.registered) {
            register_or_retry(one, found.packet);
            continue;
        }
        if (found.packet.op == opcode::error) {
            ++one.answers_received;
        } else {
            ++one.messages;
            ++messages_;
            if (one.answers) {
                one.unsent += bytes_of(make_error(error_code::ok));
            }
        }
        if (on_packet_) {
            on_packet_(one, found.packet);
        }
    }
    one.unfinished.erase(0, at);
}

void client_pool::register_or_retry(client& one, const packet_view& answer) {
    if (answer == make_error(error_code::pseudo_taken)) {
        one.unsent += bytes_of(make_cr(one.pseudo));
        return;
    }
    EXPECT_EQ(answer, make_error(error_code::ok)) << one.pseudo;
    one.registered = true;
    ++registered_;
}

bool client_pool::run_until(const std::function<bool()>& done) {
    std::array<::epoll_event, 256> ready{};
    auto deadline = std::chrono::steady_clock::now() + patience;
    while (!done()) {
        constexpr int look_again_ms = 10;  // what `done` asks about may be elsewhere
        const int count = ::epoll_wait(epoll_, ready.data(), ready.size(), look_again_ms);
        const auto now = std::chrono::steady_clock::now();
        if (count > 0) {
            deadline = now + patience;
        } else if (now > deadline) {
            return false;
        }
        for (int i = 0; i < count; ++i) {
            const ::epoll_event& one = ready[static_cast<std::size_t>(i)];
            take(one.data.u64, one.events);
        }
    }
    return true;
}

void client_pool::leave(bool with_reset) {
    for (client& one : clients_) {
        if (one.socket >= 0) {
            const ::linger at_once{.l_onoff = with_reset ? 1 : 0, .l_linger = 0};
            ::setsockopt(one.socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
            ::close(one.socket);
        }
    }
    clients_.clear();
    registered_ = ended_ = messages_ = 0;
}

}  // namespace chatos::net::test
