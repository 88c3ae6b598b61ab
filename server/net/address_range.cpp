#include "net/address_range.hpp"

#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstring>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>

namespace chatos::net {

namespace {

constexpr std::uint32_t address_bits = 128;
constexpr std::uint32_t mapped_bits = 96;  // before an IPv4 address

std::optional<std::uint32_t> parse_bits(std::string_view text, std::uint32_t most) {
    std::uint32_t bits = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
    return error == std::errc{} && end == text.data() + text.size() && bits <= most ? std::optional{bits}
                                                                                    : std::nullopt;
}

}  // namespace

bool address_range::contains(const core::origin& address) const noexcept {
    const std::size_t whole = bits / 8;
    if (std::memcmp(address.bytes.data(), first.bytes.data(), whole) != 0) {
        return false;
    }
    const auto mask = ~(std::byte{0xff} >> (bits % 8));
    return bits % 8 == 0 || ((address.bytes[whole] ^ first.bytes[whole]) & mask) == std::byte{0};
}

address_range_result parse_address_range(std::string_view text) {
    address_range range;
    const std::size_t slash = text.find('/');
    const std::string address{text.substr(0, slash)};
    const bool is_ipv6 = address.find(':') != std::string::npos;
    const std::string ipv6 = is_ipv6 ? address : "::ffff:" + address;
    const std::uint32_t before = is_ipv6 ? 0 : mapped_bits;
    auto bits = std::optional{address_bits - before};
    if (slash != std::string_view::npos) {
        bits = parse_bits(text.substr(slash + 1), *bits);
    }
    if (!bits || address.find('\0') != std::string::npos ||
        ::inet_pton(AF_INET6, ipv6.c_str(), range.first.bytes.data()) != 1) {
        return {.value = {},
                .fault = "invalid value '" + std::string{text} +
                         "': expected an address, or a range of them as in 10.0.0.0/8 or 2001:db8::/32"};
    }
    range.bits = before + *bits;
    return {.value = range, .fault = {}};
}

}  // namespace chatos::net
