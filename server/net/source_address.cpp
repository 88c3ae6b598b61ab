#include "net/source_address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>

namespace chatos::net {

namespace {

constexpr std::array<std::uint8_t, 12> ipv4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

source_address source_of(int socket) noexcept {
    source_address seen;
    ::sockaddr_storage peer{};
    ::socklen_t size = sizeof peer;
    if (::getpeername(socket, reinterpret_cast<::sockaddr*>(&peer), &size) != 0) {
        return seen;
    }
    if (peer.ss_family == AF_INET) {
        ::sockaddr_in address{};
        std::memcpy(&address, &peer, sizeof address);
        std::copy(ipv4_prefix.begin(), ipv4_prefix.end(), seen.from.ip.begin());
        std::memcpy(seen.from.ip.data() + ipv4_prefix.size(), &address.sin_addr, sizeof address.sin_addr);
        seen.port = ntohs(address.sin_port);
    } else if (peer.ss_family == AF_INET6) {
        ::sockaddr_in6 address{};
        std::memcpy(&address, &peer, sizeof address);
        std::memcpy(seen.from.ip.data(), &address.sin6_addr, seen.from.ip.size());
        seen.port = ntohs(address.sin6_port);
    } else {
        ::ucred credentials{};
        size = sizeof credentials;
        if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0) {
            seen.from.user = credentials.uid;
        }
    }
    return seen;
}

std::string text_of(const source_address& address) {
    if (address.from.user >= 0) {
        return "unix:user-" + std::to_string(address.from.user);
    }
    const auto& ip = address.from.ip;
    const bool is_ipv4 = std::equal(ipv4_prefix.begin(), ipv4_prefix.end(), ip.begin());
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (is_ipv4) {
        ::inet_ntop(AF_INET, ip.data() + ipv4_prefix.size(), text.data(), text.size());
        return std::string{text.data()} + ":" + std::to_string(address.port);
    }
    ::inet_ntop(AF_INET6, ip.data(), text.data(), text.size());
    return "[" + std::string{text.data()} + "]:" + std::to_string(address.port);
}

bool place_counts::enter(const source_address::place& from) {
    if (each_max_ == 0) {
        return true;
    }
    std::uint32_t& count = counts_[from];
    if (count >= each_max_) {
        return false;
    }
    ++count;
    return true;
}

void place_counts::leave(const source_address::place& from) {
    const auto found = counts_.find(from);
    if (found != counts_.end() && --found->second == 0) {
        counts_.erase(found);
    }
}

}  // namespace chatos::net
