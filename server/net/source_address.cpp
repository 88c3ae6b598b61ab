#include "net/source_address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <netinet/in.h>

namespace chatos::net {

namespace {

// A multicast address has no connections, so nothing that comes over TCP looks like this.
constexpr std::byte unix_mark{0xff};

constexpr std::array<std::byte, 2> ipv4_mark{std::byte{0xff}, std::byte{0xff}};
constexpr std::size_t ipv4_mark_at = 10;
constexpr std::size_t ipv4_at = 12;
// These bytes are always 0 in a link-local address.
constexpr std::size_t link_at = 4;

template <typename Value>
void put_last(core::origin& origin, const Value& value) {
    std::memcpy(origin.bytes.data() + origin.bytes.size() - sizeof value, &value, sizeof value);
}

core::origin origin_of_ipv6(const ::sockaddr_in6& address) {
    core::origin origin{};
    std::memcpy(origin.bytes.data(), &address.sin6_addr, origin.bytes.size());
    if (IN6_IS_ADDR_LINKLOCAL(&address.sin6_addr)) {
        // The same address on another link is another host.
        std::memcpy(origin.bytes.data() + link_at, &address.sin6_scope_id, sizeof address.sin6_scope_id);
    }
    return origin;
}

core::origin origin_of_ipv4(const ::sockaddr_in& address) {
    core::origin origin{};
    std::copy(ipv4_mark.begin(), ipv4_mark.end(), origin.bytes.begin() + ipv4_mark_at);
    put_last(origin, address.sin_addr.s_addr);
    return origin;
}

core::origin origin_of_user(int socket) {
    core::origin origin{};
    origin.bytes.front() = unix_mark;
    ::ucred credentials{.pid = 0, .uid = static_cast<::uid_t>(-1), .gid = 0};
    ::socklen_t size = sizeof credentials;
    static_cast<void>(::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size));
    put_last(origin, credentials.uid);
    return origin;
}

bool is_ipv4(const core::origin& from) {
    const auto& bytes = from.bytes;
    return std::all_of(bytes.begin(), bytes.begin() + ipv4_mark_at,
                       [](std::byte byte) { return byte == std::byte{0}; }) &&
           std::equal(ipv4_mark.begin(), ipv4_mark.end(), bytes.begin() + ipv4_mark_at);
}

std::string text_of_ipv6(const core::origin& from) {
    ::in6_addr address{};
    std::memcpy(&address, from.bytes.data(), sizeof address);
    std::uint32_t link = 0;
    if (IN6_IS_ADDR_LINKLOCAL(&address)) {
        std::memcpy(&link, from.bytes.data() + link_at, sizeof link);
        std::memset(reinterpret_cast<std::byte*>(&address) + link_at, 0, sizeof link);
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET6, &address, text.data(), text.size());
    return link == 0 ? std::string{text.data()} : std::string{text.data()} + "%" + std::to_string(link);
}

}  // namespace

core::origin origin_of(int socket, const ::sockaddr& peer) noexcept {
    switch (peer.sa_family) {
    case AF_INET6: return origin_of_ipv6(reinterpret_cast<const ::sockaddr_in6&>(peer));
    case AF_INET: return origin_of_ipv4(reinterpret_cast<const ::sockaddr_in&>(peer));
    default: return origin_of_user(socket);
    }
}

source_address source_of(int socket, const ::sockaddr& peer) noexcept {
    source_address address{.origin = origin_of(socket, peer)};
    if (peer.sa_family == AF_INET) {
        address.port = ntohs(reinterpret_cast<const ::sockaddr_in&>(peer).sin_port);
    } else if (peer.sa_family == AF_INET6) {
        address.port = ntohs(reinterpret_cast<const ::sockaddr_in6&>(peer).sin6_port);
    }
    return address;
}

std::string text_of(const source_address& address) {
    const auto& bytes = address.origin.bytes;
    if (bytes.front() == unix_mark) {
        ::uid_t user = 0;
        std::memcpy(&user, bytes.data() + bytes.size() - sizeof user, sizeof user);
        return "unix:user-" + std::to_string(user);
    }
    if (is_ipv4(address.origin)) {
        std::array<char, INET_ADDRSTRLEN> text{};
        ::inet_ntop(AF_INET, bytes.data() + ipv4_at, text.data(), text.size());
        return std::string{text.data()} + ":" + std::to_string(address.port);
    }
    return "[" + text_of_ipv6(address.origin) + "]:" + std::to_string(address.port);
}

bool is_unix(const core::origin& from) noexcept {
    return from.bytes.front() == unix_mark;
}

bool is_local(const core::origin& from) noexcept {
    if (is_ipv4(from)) {
        return from.bytes[ipv4_at] == std::byte{127};
    }
    return from.bytes.front() == unix_mark ||
           std::memcmp(from.bytes.data(), &::in6addr_loopback, from.bytes.size()) == 0;
}

core::origin network_of(const core::origin& from, std::uint32_t ipv6_prefix) noexcept {
    if (is_ipv4(from) || from.bytes.front() == unix_mark) {
        return from;
    }
    core::origin network{};
    const std::size_t whole = ipv6_prefix / 8;
    std::copy_n(from.bytes.begin(), std::min(whole, from.bytes.size()), network.bytes.begin());
    if (whole < from.bytes.size()) {
        network.bytes[whole] = from.bytes[whole] & ~(std::byte{0xff} >> (ipv6_prefix % 8));
    }
    return network;
}

bool per_address_counter::add(const core::origin& from, std::uint32_t each_max) {
    std::uint32_t& count = counts_[from];
    if (each_max != 0 && count >= each_max) {
        return false;
    }
    ++count;
    return true;
}

void per_address_counter::remove(const core::origin& from) {
    const auto position = counts_.find(from);
    if (position != counts_.end() && --position->second == 0) {
        counts_.erase(position);
    }
}

}  // namespace chatos::net
