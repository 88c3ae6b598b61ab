#include "client/server_address.hpp"

#include <charconv>
#include <sys/un.h>

namespace chatos::client {
namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr std::string_view wanted = "give HOST:PORT, [IPV6]:PORT or unix:PATH, such as 127.0.0.1:7777";

address_result faulty(std::string_view text, std::string_view problem) {
    return {{}, "'" + std::string{text} + "' " + std::string{problem} + "; " + std::string{wanted}};
}

}  // namespace

address_result parse_server_address(std::string_view text) {
    if (text.starts_with(unix_prefix)) {
        const std::string_view path = text.substr(unix_prefix.size());
        if (path.empty()) {
            return faulty(text, "has no path");
        }
        if (path.size() >= sizeof(sockaddr_un::sun_path)) {
            return faulty(text, "has a path longer than sockets can have");
        }
        return {{.host = {}, .port = 0, .unix_path = std::string{path}}, {}};
    }
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return faulty(text, "has no port");
    }
    std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) {
        return faulty(text, "has no port from 1 to 65535");
    }
    const bool has_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (has_brackets) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find_first_of(":[]") != std::string_view::npos) {
        return faulty(text, "has an IPv6 address without brackets");
    }
    if (host.empty()) {
        return faulty(text, "has no host");
    }
    return {{.host = std::string{host}, .port = port, .unix_path = {}}, {}};
}

}  // namespace chatos::client
