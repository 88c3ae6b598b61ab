#include "dump/text/endpoint_text.hpp"

#include <arpa/inet.h>
#include <charconv>
#include <cstring>

namespace chatos::dump {

endpoint_buffer::endpoint_buffer(const endpoint& end, std::uint8_t ip_version) noexcept {
    const bool is_long = ip_version == 6;
    char* at = letters_.data();
    if (is_long) {
        *at++ = '[';
    }
    ::inet_ntop(is_long ? AF_INET6 : AF_INET, end.address.bytes.data(), at, INET6_ADDRSTRLEN);
    at += std::strlen(at);
    if (is_long) {
        *at++ = ']';
    }
    *at++ = ':';
    at = std::to_chars(at, letters_.data() + letters_.size(), end.port).ptr;
    size_ = static_cast<std::size_t>(at - letters_.data());
}

std::string endpoint_text(const endpoint& end, std::uint8_t ip_version) {
    return std::string{endpoint_buffer{end, ip_version}.text()};
}

}  // namespace chatos::dump
