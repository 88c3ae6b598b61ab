#include "bench/target_address.hpp"

#include <chrono>
#include <cstring>
#include <netinet/in.h>

namespace chatos::bench {

namespace {

constexpr std::uint32_t loopback_sources = 254;

constexpr std::chrono::seconds probe_timeout{3};

}  // namespace

bool target_address::is_loopback_v4() const noexcept {
    if (socket.family() != AF_INET) {
        return false;
    }
    sockaddr_in address{};
    std::memcpy(&address, &socket.storage, sizeof address);
    return (ntohl(address.sin_addr.s_addr) >> 24U) == 127U;
}

std::uint32_t target_address::connections_max() const noexcept {
    if (socket.is_unix()) {
        return UINT32_MAX;  // no ports
    }
    return is_loopback_v4() ? connections_per_source * loopback_sources : ports_per_source;
}

std::uint32_t loopback_source(std::uint32_t serial) noexcept {
    return INADDR_LOOPBACK + serial / connections_per_source % loopback_sources;
}

target_result parse_target(const std::string& text) {
    const base::endpoint_result parsed = base::parse_endpoint(text);
    if (!parsed.fault.empty()) {
        return {.fault = "--target: " + parsed.fault};
    }
    const base::resolve_result resolved = base::resolve(parsed.value);
    if (!resolved.fault.empty()) {
        return {.fault = "--target " + text + ": " + resolved.fault};
    }
    target_result result{.address = {.socket = resolved.addresses.front(), .text = text}};
    if (resolved.addresses.size() > 1) {
        const base::connect_result first = base::connect_to(resolved.addresses, probe_timeout);
        result.address.socket = first.fault.empty() ? first.address : result.address.socket;
    }
    return result;
}

}  // namespace chatos::bench
