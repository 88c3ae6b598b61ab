#include "runner/reserved_port.hpp"

#include "runner/child_process.hpp"
#include "runner/socket_owner.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <mutex>
#include <netinet/in.h>
#include <random>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <vector>

namespace chatos::conformance {
namespace {

constexpr std::size_t attempts_max = 2'000;
constexpr std::size_t usable_ports_min = 1'000;

/// In order. Leaves the ephemeral range out, unless hardly any port would remain.
std::vector<std::uint16_t> usable_ports(port_range candidates) {
    std::ifstream file{"/proc/sys/net/ipv4/ip_local_port_range"};
    unsigned ephemeral_first = 0;
    unsigned ephemeral_last = 0;
    const bool is_known = static_cast<bool>(file >> ephemeral_first >> ephemeral_last);
    std::vector<std::uint16_t> all;
    std::vector<std::uint16_t> usable;
    for (unsigned port = candidates.first; port <= candidates.last; ++port) {
        all.push_back(static_cast<std::uint16_t>(port));
        if (!is_known || port < ephemeral_first || port > ephemeral_last) {
            usable.push_back(static_cast<std::uint16_t>(port));
        }
    }
    return usable.size() < std::min(all.size(), usable_ports_min) ? all : usable;
}

/// The name is in Linux's abstract namespace. It needs no file, is seen by all users, is gone with its process however
/// that ends, and there is one namespace for each network namespace, as there is for ports.
descriptor mark_of(std::uint16_t port) {
    descriptor mark{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = std::string{port_mark_prefix} + std::to_string(port);
    std::copy(name.begin(), name.end(), &address.sun_path[1]);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    if (::bind(mark.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
        mark.reset();
    }
    return mark;
}

/// True when no socket of this machine is bound to the port, at any address of either family.
bool is_unbound(std::uint16_t port) {
    const std::scoped_lock lock{process_start_mutex()};  // or a process that is being started keeps the port bound
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    any.sin6_port = htons(port);
    const descriptor both{::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const int off = 0;
    (void)::setsockopt(both.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (both.is_open() && ::bind(both.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0) {
        return true;
    }
    if (both.is_open() && errno == EADDRINUSE) {
        return false;
    }
    sockaddr_in any_ipv4{};  // there is no IPv6 here
    any_ipv4.sin_family = AF_INET;
    any_ipv4.sin_port = htons(port);
    const descriptor ipv4{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    return ::bind(ipv4.get(), reinterpret_cast<const sockaddr*>(&any_ipv4), sizeof any_ipv4) == 0;
}

}  // namespace

std::uint16_t reserved_port::renew() {
    release();
    const std::vector<std::uint16_t> ports = usable_ports(candidates_);
    const std::size_t start = std::random_device{}() % ports.size();
    for (std::size_t attempt = 0; attempt < std::min(ports.size(), attempts_max); ++attempt) {
        const std::uint16_t port = ports[(start + attempt) % ports.size()];
        // The mark first: a runner whose port this is must not find it bound by the check.
        mark_ = mark_of(port);
        if (mark_.is_open() && is_unbound(port)) {
            number_ = port;
            return number_;
        }
        mark_.reset();
    }
    return 0;
}

void reserved_port::release() noexcept {
    mark_.reset();
    number_ = 0;
}

}  // namespace chatos::conformance
