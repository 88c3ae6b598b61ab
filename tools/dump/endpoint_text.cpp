#include "dump/endpoint_text.hpp"

#include <arpa/inet.h>
#include <array>

namespace chatos::dump {

std::string endpoint_text(const endpoint& end, std::uint8_t ip_version) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(ip_version == 6 ? AF_INET6 : AF_INET, end.address.bytes.data(), text.data(), text.size());
    const std::string address{text.data()};
    return (ip_version == 6 ? "[" + address + "]" : address) + ":" + std::to_string(end.port);
}

}  // namespace chatos::dump
