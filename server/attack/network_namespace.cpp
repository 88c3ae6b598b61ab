#include "attack/network_namespace.hpp"

#include "base/system/descriptor.hpp"
#include "base/system/error_text.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <thread>

namespace chatos::attack {

namespace {

// As <linux/ipv6.h> has it, which does not go together with <netinet/in.h>.
struct ipv6_interface_request {
    ::in6_addr address;
    std::uint32_t prefix_bits;
    int interface;
};

constexpr std::uint32_t prefix_bits = 64;

void set_name(::ifreq& request, const std::string& name) {
    std::memset(&request, 0, sizeof request);
    name.copy(request.ifr_name, IFNAMSIZ - 1);
}

std::string raise_loopback(int socket) {
    ::ifreq request{};
    set_name(request, "lo");
    if (::ioctl(socket, SIOCGIFFLAGS, &request) != 0) {
        return base::error_text();
    }
    request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
    return ::ioctl(socket, SIOCSIFFLAGS, &request) == 0 ? std::string{} : base::error_text();
}

std::string add_ipv4(int socket, std::size_t number, const std::string& address) {
    ::ifreq request{};
    set_name(request, "lo:" + std::to_string(number));
    ::sockaddr_in target{};
    target.sin_family = AF_INET;
    ::inet_pton(AF_INET, address.c_str(), &target.sin_addr);
    std::memcpy(&request.ifr_addr, &target, sizeof target);
    return ::ioctl(socket, SIOCSIFADDR, &request) == 0 ? std::string{} : address + ": " + base::error_text();
}

std::string add_ipv6(int socket, const std::string& address) {
    ipv6_interface_request request{
        .address = {}, .prefix_bits = prefix_bits, .interface = static_cast<int>(::if_nametoindex("lo"))};
    ::inet_pton(AF_INET6, address.c_str(), &request.address);
    return ::ioctl(socket, SIOCSIFADDR, &request) == 0 ? std::string{} : address + ": " + base::error_text();
}

// The system checks a new address for duplicates first, in the background.
std::string await_ipv6(const std::string& address) {
    constexpr auto timeout = std::chrono::seconds{10};
    ::sockaddr_in6 source{};
    source.sin6_family = AF_INET6;
    ::inet_pton(AF_INET6, address.c_str(), &source.sin6_addr);
    const auto until = std::chrono::steady_clock::now() + timeout;
    while (true) {
        const base::descriptor socket{::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        if (::bind(socket.get(), reinterpret_cast<const ::sockaddr*>(&source), sizeof source) == 0) {
            return {};
        }
        if (errno != EADDRNOTAVAIL || std::chrono::steady_clock::now() > until) {
            return address + ": " + base::error_text();
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
}

std::string enter_own_network(std::span<const std::string> ipv4, std::span<const std::string> ipv6) {
    if (::unshare(CLONE_NEWNET) != 0) {
        return "no network namespace (" + base::error_text() + "); run it as root";
    }
    const base::descriptor socket4{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    std::string fault = raise_loopback(socket4.get());
    for (std::size_t i = 0; fault.empty() && i < ipv4.size(); ++i) {
        fault = add_ipv4(socket4.get(), i + 1, ipv4[i]);
    }
    const base::descriptor socket6{::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    for (std::size_t i = 0; fault.empty() && i < ipv6.size(); ++i) {
        fault = add_ipv6(socket6.get(), ipv6[i]);
    }
    for (std::size_t i = 0; fault.empty() && i < ipv6.size(); ++i) {
        fault = await_ipv6(ipv6[i]);
    }
    return fault.empty() ? fault : "no addresses in a network namespace: " + fault;
}

}  // namespace

std::string run_in_own_network(std::span<const std::string> ipv4, std::span<const std::string> ipv6,
                               const std::function<void()>& inside) {
    std::string fault;
    std::exception_ptr thrown;
    std::thread{[&] {
        fault = enter_own_network(ipv4, ipv6);
        if (!fault.empty()) {
            return;
        }
        try {
            inside();
        } catch (...) {
            thrown = std::current_exception();
        }
    }}.join();
    if (thrown != nullptr) {
        std::rethrow_exception(thrown);
    }
    return fault;
}

}  // namespace chatos::attack
