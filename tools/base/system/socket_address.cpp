#include "base/system/socket_address.hpp"

#include "base/system/error_text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <memory>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <poll.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace chatos::base {
namespace {

template <typename Address>
socket_address address_of(const Address& address) {
    socket_address result{.size = sizeof address};
    std::memcpy(&result.storage, &address, sizeof address);
    return result;
}

/// The address as its own type; the kernel's structures may be copied, not cast.
template <typename Address>
Address as(const socket_address& address) {
    Address result{};
    std::memcpy(&result, &address.storage, sizeof result);
    return result;
}

socket_address unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
    return address_of(address);
}

socket_address ipv4_address(in_addr_t host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = host;
    address.sin_port = htons(port);
    return address_of(address);
}

socket_address ipv6_address(const in6_addr& host, std::uint32_t zone, std::uint16_t port) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = host;
    address.sin6_scope_id = zone;
    address.sin6_port = htons(port);
    return address_of(address);
}

/// The index of a network interface, given by its name or as a number.
std::optional<std::uint32_t> zone_index(const std::string& zone) {
    if (const unsigned index = ::if_nametoindex(zone.c_str()); index != 0) {
        return index;
    }
    unsigned index = 0;
    std::array<char, IF_NAMESIZE> name{};
    const auto [end, error] = std::from_chars(zone.data(), zone.data() + zone.size(), index);
    const bool is_number = error == std::errc{} && end == zone.data() + zone.size();
    return is_number && ::if_indextoname(index, name.data()) != nullptr ? std::optional{index} : std::nullopt;
}

resolve_result resolve_ipv6(const endpoint& where) {
    in6_addr host{};
    if (::inet_pton(AF_INET6, where.host.c_str(), &host) != 1) {
        return {.fault = "'" + where.host + "' is not an IPv6 address"};
    }
    const auto zone = where.zone.empty() ? std::optional{0U} : zone_index(where.zone);
    if (!zone) {
        return {.fault = "the zone '" + where.zone + "' is not a network interface of this machine"};
    }
    return {.addresses = {ipv6_address(host, *zone, where.port)}};
}

resolve_result look_up(const endpoint& where) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* first = nullptr;
    const int error = ::getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &hints, &first);
    if (error != 0) {
        const std::string reason = error == EAI_SYSTEM ? error_text() : ::gai_strerror(error);
        return {.fault = "the host '" + where.host + "' is unknown: " + reason};
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list{first, ::freeaddrinfo};
    resolve_result result;
    for (const addrinfo* entry = first; entry != nullptr; entry = entry->ai_next) {
        socket_address address{.size = entry->ai_addrlen};
        std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
        result.addresses.push_back(address);
    }
    return result;
}

/// A socket file that no server listens on is left over from one that was killed.
void remove_stale_socket(const socket_address& address, const std::string& path) {
    struct ::stat status {};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) {
        return;
    }
    const descriptor probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (probe.is_open() && ::connect(probe.get(), address.get(), address.size) != 0 && errno == ECONNREFUSED) {
        (void)::unlink(path.c_str());
    }
}

/// Makes the socket's file with the permissions that it is to have: nobody may use it for a moment with others.
int bind_to(int socket, const socket_address& address, const unix_access& access) {
    if (!address.is_unix()) {
        return ::bind(socket, address.get(), address.size);
    }
    constexpr mode_t all = 0777;
    const auto before = access.mode ? std::optional{::umask(all & ~*access.mode)} : std::nullopt;
    const int result = ::bind(socket, address.get(), address.size);
    const int error = errno;
    if (before) {
        (void)::umask(*before);
    }
    errno = error;
    return result;
}

/// Before the socket listens, so that nobody is connected yet.
int give_to_group(const socket_address& address, gid_t group) {
    const auto path = as<sockaddr_un>(address);
    struct ::stat status {};
    if (::lstat(path.sun_path, &status) != 0) {
        return -1;
    }
    // A service's sandbox may forbid the call, which is not needed where the group is that of the process.
    if (status.st_gid == group || ::lchown(path.sun_path, static_cast<uid_t>(-1), group) == 0) {
        return 0;
    }
    const int error = errno;
    (void)::unlink(path.sun_path);
    errno = error;
    return -1;
}

/// 0 and an open socket, or the errno why not.
int start_listening(const socket_address& address, const std::function<void(int)>& prepare, const unix_access& access,
                    listener& result) {
    descriptor socket{::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!socket.is_open()) {
        return errno;
    }
    const int on = 1;
    if (!address.is_unix()) {
        (void)::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    }
    if (address.family() == AF_INET6) {
        (void)::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
    if (prepare) {
        prepare(socket.get());
    }
    if (bind_to(socket.get(), address, access) != 0 ||
        (address.is_unix() && access.group && give_to_group(address, *access.group) != 0) ||
        ::listen(socket.get(), SOMAXCONN) != 0) {
        return errno;
    }
    result.address = local_address(socket.get());
    result.socket = std::move(socket);
    return 0;
}

/// The machine has no such addresses at all, or has switched them off.
bool lacks_family(int error, const socket_address& address) {
    return error == EAFNOSUPPORT || (error == EADDRNOTAVAIL && address.family() == AF_INET6);
}

/// One attempt. `port_taken`: another address of the host has no room for the port that the system picked.
listen_result listen_on_all(std::vector<socket_address> addresses, const std::function<void(int)>& prepare,
                            const unix_access& access, bool& port_taken) {
    listen_result result;
    std::uint16_t port = 0;
    for (socket_address& address : addresses) {
        const bool is_picked = address.port() == 0 && port != 0;
        if (is_picked) {
            address.set_port(port);
        }
        listener next;
        const int error = start_listening(address, prepare, access, next);
        if (error == 0) {
            port = next.address.port();
            result.listeners.push_back(std::move(next));
        } else if (!lacks_family(error, address)) {
            port_taken = is_picked && error == EADDRINUSE;
            if (access.group && error == EPERM) {
                return {.fault = "its file cannot be given to the group " + std::to_string(*access.group) + ": " +
                                 error_text(error)};
            }
            return {.fault = addresses.size() == 1 ? error_text(error) : address.text() + ": " + error_text(error)};
        } else {
            result.fault = error_text(error);
        }
    }
    if (!result.listeners.empty()) {
        result.fault.clear();
    }
    return result;
}

}  // namespace

std::uint16_t socket_address::port() const noexcept {
    switch (family()) {
    case AF_INET: return ntohs(as<sockaddr_in>(*this).sin_port);
    case AF_INET6: return ntohs(as<sockaddr_in6>(*this).sin6_port);
    default: return 0;
    }
}

void socket_address::set_port(std::uint16_t port) noexcept {
    static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
    const in_port_t value = htons(port);
    if (family() == AF_INET || family() == AF_INET6) {
        std::memcpy(reinterpret_cast<char*>(&storage) + offsetof(sockaddr_in, sin_port), &value, sizeof value);
    }
}

std::string socket_address::text() const {
    if (is_unix()) {
        const auto address = as<sockaddr_un>(*this);
        return "unix:" + std::string(address.sun_path, ::strnlen(address.sun_path, sizeof address.sun_path));
    }
    std::array<char, INET6_ADDRSTRLEN> host{};
    if (family() == AF_INET) {
        const auto address = as<sockaddr_in>(*this);
        return host_and_port(::inet_ntop(AF_INET, &address.sin_addr, host.data(), host.size()), port());
    }
    const auto address = as<sockaddr_in6>(*this);
    std::string text = ::inet_ntop(AF_INET6, &address.sin6_addr, host.data(), host.size());
    if (address.sin6_scope_id != 0) {
        std::array<char, IF_NAMESIZE> name{};
        const char* const known = ::if_indextoname(address.sin6_scope_id, name.data());
        text += "%" + (known != nullptr ? std::string{known} : std::to_string(address.sin6_scope_id));
    }
    return host_and_port(text, port());
}

socket_address local_address(int socket) noexcept {
    socket_address result{.size = sizeof result.storage};
    if (::getsockname(socket, result.get(), &result.size) != 0) {
        result.size = 0;
    }
    return result;
}

socket_address loopback_address(std::uint16_t port) noexcept {
    return ipv4_address(htonl(INADDR_LOOPBACK), port);
}

resolve_result resolve(const endpoint& where) {
    if (where.is_unix()) {
        return {.addresses = {unix_address(where.unix_path)}};
    }
    if (where.host.find(':') != std::string::npos) {
        return resolve_ipv6(where);
    }
    if (where.host == "localhost") {  // what RFC 6761 says it is, whatever files and name servers know of it
        return {.addresses = {loopback_address(where.port), ipv6_address(in6addr_loopback, 0, where.port)}};
    }
    return look_up(where);
}

descriptor begin_connect(const socket_address& address) noexcept {
    descriptor socket{::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!socket.is_open()) {
        return socket;
    }
    if (!address.is_unix()) {
        const int on = 1;
        (void)::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    if (::connect(socket.get(), address.get(), address.size) != 0 && errno != EINPROGRESS) {
        const int error = errno;
        socket.reset();
        errno = error;
    }
    return socket;
}

int finish_connect(int socket, std::chrono::milliseconds timeout) noexcept {
    using clock = std::chrono::steady_clock;
    const clock::time_point end = clock::now() + timeout;
    pollfd watched{.fd = socket, .events = POLLOUT, .revents = 0};
    for (;;) {
        const auto remaining = std::chrono::ceil<std::chrono::milliseconds>(end - clock::now());
        const int ready = ::poll(&watched, 1, static_cast<int>(std::max<std::int64_t>(0, remaining.count())));
        if (ready == 0) {
            return ETIMEDOUT;
        }
        if (ready < 0 && errno != EINTR) {
            return errno;
        }
        if (ready > 0) {
            int error = 0;
            socklen_t size = sizeof error;
            return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
        }
    }
}

connect_result connect_to(std::span<const socket_address> addresses, std::chrono::milliseconds timeout) {
    std::string fault = "the host has no address";
    for (const socket_address& address : addresses) {
        descriptor socket = begin_connect(address);
        const int error = socket.is_open() ? finish_connect(socket.get(), timeout) : errno;
        if (error == 0) {
            return {.socket = std::move(socket), .address = address};
        }
        fault = error_text(error);
    }
    return {.fault = fault};
}

connect_result connect_to(const endpoint& where, std::chrono::milliseconds timeout) {
    const resolve_result resolved = resolve(where);
    return resolved.fault.empty() ? connect_to(resolved.addresses, timeout) : connect_result{.fault = resolved.fault};
}

socket_file::socket_file(std::string path) {
    struct ::stat status {};
    if (::lstat(path.c_str(), &status) == 0) {
        path_ = std::move(path);
        device_ = status.st_dev;
        inode_ = status.st_ino;
    }
}

void socket_file::remove() noexcept {
    struct ::stat status {};
    if (!path_.empty() && ::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_) {
        (void)::unlink(path_.c_str());
    }
    path_.clear();
}

listen_result listen_on(const endpoint& where, const std::function<void(int)>& prepare, const unix_access& access) {
    constexpr int attempts_max = 16;
    const resolve_result resolved = resolve(where);
    if (!resolved.fault.empty()) {
        return {.fault = resolved.fault};
    }
    if (where.is_unix()) {
        remove_stale_socket(resolved.addresses.front(), where.unix_path);
    }
    listen_result result;
    bool port_taken = true;
    for (int attempt = 0; attempt < attempts_max && port_taken; ++attempt) {
        port_taken = false;
        result = listen_on_all(resolved.addresses, prepare, access, port_taken);
    }
    if (where.is_unix() && result.fault.empty()) {
        result.listeners.front().file = socket_file{where.unix_path};
    }
    return result;
}

}  // namespace chatos::base
