#include "bench/scripted_server.hpp"

#include <array>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace chatos::bench::testing {

namespace {

/// False: the other side has closed.
bool hear(int connection) {
    std::array<char, 4096> bytes{};
    return ::recv(connection, bytes.data(), bytes.size(), 0) > 0;
}

void say(int connection, const std::string& bytes) {
    static_cast<void>(::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

int accept_one(int listener, const std::string& answer) {
    const int connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (hear(connection)) {
        say(connection, answer);
    }
    return connection;
}

void end(int connection, bool at_once) {
    while (!at_once && hear(connection)) {
    }
    ::close(connection);
}

}  // namespace

scripted_server::scripted_server(script steps) : listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* general = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, general, size) != 0 || ::listen(listener_, 2) != 0 ||
        ::getsockname(listener_, general, &size) != 0) {
        throw std::runtime_error{"no listener"};
    }
    address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread{[this, steps = std::move(steps)] { run(steps); }};
}

scripted_server::~scripted_server() {
    thread_.join();
    ::close(listener_);
}

void scripted_server::run(const script& steps) const {
    const int first = accept_one(listener_, steps.first_login);
    const int second = steps.second_login.empty() ? -1 : accept_one(listener_, steps.second_login);
    if (second >= 0 && hear(first)) {
        say(second, steps.to_second);
        say(first, steps.then_to_first);
        if (!steps.to_first.empty() && hear(second)) {
            say(first, steps.to_first);
        }
    }
    end(first, steps.closes);
    if (second >= 0) {
        end(second, steps.closes);
    }
}

}  // namespace chatos::bench::testing
