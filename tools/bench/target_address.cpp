#include "bench/target_address.hpp"

#include <charconv>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>

namespace chatos::bench {

namespace {

constexpr std::uint32_t loopback_sources = 254;

struct address_list_deleter {
    void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

target_result fail(const std::string& text, const std::string& problem) {
    return {.fault = "--target " + text + ": " + problem};
}

bool is_port(const std::string& text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc{} && end == text.data() + text.size() && port != 0;
}

}  // namespace

bool target_address::is_loopback_v4() const noexcept {
    if (storage.ss_family != AF_INET) {
        return false;
    }
    sockaddr_in address{};
    std::memcpy(&address, &storage, sizeof address);
    return (ntohl(address.sin_addr.s_addr) >> 24U) == 127U;
}

std::uint32_t target_address::connections_max() const noexcept {
    return is_loopback_v4() ? connections_per_source * loopback_sources : ports_per_source;
}

std::uint32_t loopback_source(std::uint32_t serial) noexcept {
    return INADDR_LOOPBACK + serial / connections_per_source % loopback_sources;
}

target_result parse_target(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0) {
        return fail(text, "not HOST:PORT");
    }
    const std::string port = text.substr(colon + 1);
    std::string host = text.substr(0, colon);
    if (!is_port(port)) {
        return fail(text, "'" + port + "' is no port; give 1 to 65535");
    }
    const bool is_bracketed = host.front() == '[' && host.back() == ']';
    if (is_bracketed) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string::npos) {
        return fail(text, "write an IPv6 address in brackets: [" + host + "]:" + port);
    }
    addrinfo wanted{};
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = is_bracketed ? AI_NUMERICSERV | AI_NUMERICHOST : AI_NUMERICSERV;
    addrinfo* addresses = nullptr;
    if (const int failed = ::getaddrinfo(host.c_str(), port.c_str(), &wanted, &addresses); failed != 0) {
        return fail(text, "'" + host + "' is no host: " + ::gai_strerror(failed));
    }
    const std::unique_ptr<addrinfo, address_list_deleter> list{addresses};
    target_result result;
    std::memcpy(&result.address.storage, list->ai_addr, list->ai_addrlen);
    result.address.size = list->ai_addrlen;
    result.address.text = text;
    return result;
}

}  // namespace chatos::bench
