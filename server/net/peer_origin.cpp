#include "net/peer_origin.hpp"

#include <cstring>
#include <netinet/in.h>

namespace chatos::net {

namespace {

// A multicast address has no connections, so nothing that comes over TCP looks like this.
constexpr std::byte unix_mark{0xff};

template <typename Value>
void put_last(core::origin& made, const Value& value) {
    std::memcpy(made.bytes.data() + made.bytes.size() - sizeof value, &value, sizeof value);
}

core::origin origin_of_ipv6(const ::sockaddr_in6& address) {
    core::origin made{};
    std::memcpy(made.bytes.data(), &address.sin6_addr, made.bytes.size());
    if (IN6_IS_ADDR_LINKLOCAL(&address.sin6_addr)) {
        // The same address on another link is another host; these bytes are always 0 in such an address.
        std::memcpy(made.bytes.data() + 4, &address.sin6_scope_id, sizeof address.sin6_scope_id);
    }
    return made;
}

core::origin origin_of_ipv4(const ::sockaddr_in& address) {
    core::origin made{};
    made.bytes[10] = made.bytes[11] = std::byte{0xff};
    put_last(made, address.sin_addr.s_addr);
    return made;
}

core::origin origin_of_user(int socket) {
    core::origin made{};
    made.bytes.front() = unix_mark;
    ::ucred credentials{.pid = 0, .uid = static_cast<::uid_t>(-1), .gid = 0};
    ::socklen_t size = sizeof credentials;
    static_cast<void>(::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size));
    put_last(made, credentials.uid);
    return made;
}

}  // namespace

core::origin origin_of(int socket, const ::sockaddr& peer) {
    switch (peer.sa_family) {
    case AF_INET6: return origin_of_ipv6(reinterpret_cast<const ::sockaddr_in6&>(peer));
    case AF_INET: return origin_of_ipv4(reinterpret_cast<const ::sockaddr_in&>(peer));
    default: return origin_of_user(socket);
    }
}

}  // namespace chatos::net
