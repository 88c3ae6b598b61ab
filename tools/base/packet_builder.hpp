// TCP segments in IP packets and Ethernet frames, byte by byte. They are valid unless the caller overrides a field, as
// tests of programs that read packets do.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace chatos::base::wire {

using byte_string = std::vector<std::byte>;

/// The bytes of a literal.
[[nodiscard]] byte_string raw(std::string_view text);
[[nodiscard]] byte_string joined(std::initializer_list<byte_string> parts);
/// `count` bytes of a number, the highest or the lowest first.
[[nodiscard]] byte_string big(std::uint64_t number, std::size_t count);
[[nodiscard]] byte_string little(std::uint64_t number, std::size_t count);

inline constexpr std::uint8_t fin = 0x01;
inline constexpr std::uint8_t syn = 0x02;
inline constexpr std::uint8_t rst = 0x04;
inline constexpr std::uint8_t psh = 0x08;
inline constexpr std::uint8_t ack = 0x10;
inline constexpr std::uint8_t ece = 0x40;
inline constexpr std::uint8_t cwr = 0x80;

/// IPv4 addresses. Over IPv6 the hosts are always 2001:db8::1 and 2001:db8::2.
struct ipv4_hosts {
    std::uint32_t client{0x0A00'0001};
    std::uint32_t server{0x0A00'0002};
};

/// From the client to the server, unless `from_server`.
struct segment {
    std::uint32_t sequence{0};
    std::string_view payload{};
    std::uint8_t flags{ack};
    std::uint32_t acknowledgement{0};
    bool from_server{false};
    std::uint16_t client_port{40'000};
    std::uint16_t server_port{7'777};
    std::uint16_t window{65'535};
    std::string_view options{};       ///< a multiple of 4 bytes
    std::size_t uncaptured_bytes{0};  ///< bytes of the payload after `payload`, which the capture leaves out
    ipv4_hosts hosts{};
};

/// TCP header and payload. The checksum is the one over IPv4, or over IPv6; bytes left out count as zeros.
[[nodiscard]] byte_string tcp(const segment& of, bool over_ipv6 = false);

struct ip_shape {
    std::uint8_t protocol{6};
    std::uint16_t fragment{0};  ///< flags and offset, as on the wire
    std::uint16_t identification{1};
    std::string_view options{};
    std::int32_t total_bytes{-1};  ///< overrides the length of header and payload
    ipv4_hosts hosts{};
};

[[nodiscard]] byte_string ipv4(const byte_string& payload, bool from_server, const ip_shape& shape = {});
[[nodiscard]] byte_string ipv6(const byte_string& payload, bool from_server, std::uint8_t next_header = 6,
                               std::int32_t payload_bytes = -1);

/// An Ethernet frame; `tags` are pairs of Ethernet type and VLAN identifier.
[[nodiscard]] byte_string ethernet(std::uint16_t type, const byte_string& payload,
                                   std::initializer_list<std::array<std::uint16_t, 2>> tags = {});

/// A whole Ethernet frame with IPv4.
[[nodiscard]] byte_string frame_of(const segment& of);

}  // namespace chatos::base::wire
