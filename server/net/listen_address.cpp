#include "net/listen_address.hpp"

#include <charconv>

namespace chatos::net {

namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr std::size_t unix_path_bytes_max = 107;  // sockaddr_un, without its final zero

parsed_address fault(std::string_view name) {
    return {.address = {}, .fault = std::string{name}};
}

bool parse_port(std::string_view text, std::uint16_t& port) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc{} && end == text.data() + text.size();
}

parsed_address parse_unix(std::string_view path) {
    if (path.empty()) {
        return fault("the path after 'unix:' is missing");
    }
    if (path.size() > unix_path_bytes_max || path.find('\0') != std::string_view::npos) {
        return fault("a Unix socket's path has at most 107 bytes");
    }
    return {.address = {.host = {}, .port = 0, .unix_path = std::string{path}}, .fault = {}};
}

}  // namespace

parsed_address parse_listen_address(std::string_view text) {
    if (text.starts_with(unix_prefix)) {
        return parse_unix(text.substr(unix_prefix.size()));
    }
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return fault("the port is missing; give HOST:PORT, [IPV6]:PORT or unix:PATH");
    }
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return fault("an IPv6 address goes in brackets: [ADDRESS]:PORT");
    }
    if (host.empty() || host.find_first_of("[] \t\n\r") != std::string_view::npos) {
        return fault("the host is missing or invalid; expected HOST:PORT, for example 127.0.0.1:7777");
    }
    listen_address address{.host = std::string{host}, .port = 0, .unix_path = {}};
    if (!parse_port(text.substr(colon + 1), address.port)) {
        return fault("the port must be a number from 0 to 65535");
    }
    return {.address = std::move(address), .fault = {}};
}

}  // namespace chatos::net
