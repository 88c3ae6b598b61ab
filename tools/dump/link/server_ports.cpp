#include "dump/link/server_ports.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>

namespace chatos::dump {

namespace {

/// 0: it is no port.
std::uint16_t port_of(std::string_view text) noexcept {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc{} && end == text.data() + text.size() ? port : std::uint16_t{0};
}

}  // namespace

bool add_ports(server_ports& ports, std::string_view text) noexcept {
    const std::size_t sign = text.find('-');
    const std::size_t first = port_of(text.substr(0, sign));
    const std::size_t last = sign == std::string_view::npos ? first : port_of(text.substr(sign + 1));
    if (first == 0 || last < first) {
        return false;
    }
    for (std::size_t port = first; port <= last; ++port) {
        ports.set(port);
    }
    return true;
}

}  // namespace chatos::dump
