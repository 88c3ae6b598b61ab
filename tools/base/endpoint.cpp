#include "base/endpoint.hpp"

#include <chatos/display.hpp>

#include <charconv>
#include <optional>

namespace chatos::base {
namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr std::size_t unix_path_bytes_max = 107;  // sockaddr_un, without its final zero
constexpr std::string_view expected = "; expected HOST:PORT, [IPv6]:PORT or unix:PATH, for example 127.0.0.1:7777";

endpoint_result fail(std::string_view text, std::string_view reason) {
    std::string fault = "invalid address '";
    escape(text, [&fault](std::string_view piece) { fault += piece; });
    return {.fault = fault.append("': ").append(reason).append(expected)};
}

std::optional<std::uint16_t> parse_port(std::string_view digits, std::uint16_t port_min) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    const bool is_port = error == std::errc{} && end == digits.data() + digits.size() && port >= port_min;
    return is_port ? std::optional{port} : std::nullopt;
}

bool looks_like_ipv6(std::string_view host) {
    return host.find(':') != std::string_view::npos &&
           host.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

endpoint_result parse(std::string_view text, std::uint16_t port_min) {
    if (text.starts_with(unix_prefix)) {
        const std::string_view path = text.substr(unix_prefix.size());
        if (path.empty()) {
            return fail(text, "the path after 'unix:' is missing");
        }
        if (path.size() > unix_path_bytes_max || path.find('\0') != std::string_view::npos) {
            return fail(text, "the path of a Unix socket has at most 107 bytes");
        }
        return {.value = {.unix_path = std::string{path}}};
    }
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return fail(text, "the port is missing");
    }
    std::string_view host = text.substr(0, colon);
    std::string_view zone;
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
        if (const std::size_t percent = host.find('%'); percent != std::string_view::npos) {
            zone = host.substr(percent + 1);
            host = host.substr(0, percent);
            if (zone.empty()) {
                return fail(text, "the zone after '%' is missing");
            }
        }
        if (!looks_like_ipv6(host)) {
            return fail(text, "what is in brackets is not an IPv6 address");
        }
    } else if (host.find(':') != std::string_view::npos) {
        return fail(text, "an IPv6 address needs brackets: [ADDRESS]:PORT");
    }
    if (host.empty()) {
        return fail(text, "the host is missing");
    }
    if (host.find_first_of(std::string_view{"[]%/ \t\n\r\0", 9}) != std::string_view::npos) {
        return fail(text, "the host is not a name or an address");
    }
    const auto port = parse_port(text.substr(colon + 1), port_min);
    if (!port) {
        return fail(text, port_min == 0 ? "the port is not a number from 0 to 65535"
                                        : "the port is not a number from 1 to 65535");
    }
    return {.value = {.host = std::string{host}, .zone = std::string{zone}, .port = *port}};
}

}  // namespace

std::string endpoint::text() const {
    if (is_unix()) {
        return std::string{unix_prefix} + unix_path;
    }
    return host_and_port(zone.empty() ? host : host + '%' + zone, port);
}

endpoint_result parse_endpoint(std::string_view text) {
    return parse(text, 1);
}

endpoint_result parse_listen_endpoint(std::string_view text) {
    return parse(text, 0);
}

std::string host_and_port(std::string_view host, std::uint16_t port) {
    const bool is_ipv6 = host.find(':') != std::string_view::npos;
    std::string text{is_ipv6 ? "[" : ""};
    text.append(host).append(is_ipv6 ? "]:" : ":").append(std::to_string(port));
    return text;
}

}  // namespace chatos::base
