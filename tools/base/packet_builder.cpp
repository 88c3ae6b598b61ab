#include "base/packet_builder.hpp"

#include <span>

namespace chatos::base::wire {

namespace {

void put(byte_string& bytes, std::size_t at, std::uint16_t number) {
    bytes[at] = static_cast<std::byte>(number >> 8U);
    bytes[at + 1] = static_cast<std::byte>(number & 0xFFU);
}

byte_string address(bool is_server, const ipv4_hosts& hosts) {
    return big(is_server ? hosts.server : hosts.client, 4);
}

byte_string ipv6_address(bool is_server) {
    return joined({big(0x2001'0DB8, 4), byte_string(11), big(is_server ? 2 : 1, 1)});
}

/// RFC 1071.
std::uint16_t checksum_of(std::span<const std::byte> bytes) {
    std::uint32_t sum = 0;
    for (std::size_t index = 0; index < bytes.size(); ++index) {
        sum += std::to_integer<std::uint32_t>(bytes[index]) << (index % 2 == 0 ? 8U : 0U);
        sum = (sum & 0xFFFFU) + (sum >> 16U);
    }
    return static_cast<std::uint16_t>(~sum);
}

}  // namespace

byte_string raw(std::string_view text) {
    const std::span<const std::byte> bytes = std::as_bytes(std::span{text.data(), text.size()});
    return {bytes.begin(), bytes.end()};
}

byte_string joined(std::initializer_list<byte_string> parts) {
    byte_string all;
    for (const byte_string& part : parts) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

byte_string big(std::uint64_t number, std::size_t count) {
    byte_string bytes(count);
    for (std::size_t index = count; index != 0; --index, number >>= 8U) {
        bytes[index - 1] = static_cast<std::byte>(number & 0xFFU);
    }
    return bytes;
}

byte_string little(std::uint64_t number, std::size_t count) {
    byte_string bytes = big(number, count);
    return {bytes.rbegin(), bytes.rend()};
}

byte_string tcp(const segment& of, bool over_ipv6) {
    const std::uint16_t source = of.from_server ? of.server_port : of.client_port;
    const std::uint16_t destination = of.from_server ? of.client_port : of.server_port;
    const std::uint64_t header_words = 5 + of.options.size() / 4;
    byte_string bytes = joined({big(source, 2), big(destination, 2), big(of.sequence, 4), big(of.acknowledgement, 4),
                                big(header_words << 4U, 1), big(of.flags, 1), big(of.window, 2), big(0, 4),
                                raw(of.options), raw(of.payload)});
    const bool from = of.from_server;
    const byte_string addresses = over_ipv6 ? joined({ipv6_address(from), ipv6_address(!from)})
                                            : joined({address(from, of.hosts), address(!from, of.hosts)});
    put(bytes, 16, checksum_of(joined({addresses, big(6, 4), big(bytes.size() + of.uncaptured_bytes, 4), bytes})));
    return bytes;
}

byte_string ipv4(const byte_string& payload, bool from_server, const ip_shape& shape) {
    const std::size_t header_bytes = 20 + shape.options.size();
    const auto total =
        shape.total_bytes >= 0 ? static_cast<std::uint64_t>(shape.total_bytes) : header_bytes + payload.size();
    byte_string header =
        joined({big(0x40 | header_bytes / 4, 1), big(0, 1), big(total, 2), big(shape.identification, 2),
                big(shape.fragment, 2), big(64, 1), big(shape.protocol, 1), big(0, 2),
                address(from_server, shape.hosts), address(!from_server, shape.hosts), raw(shape.options)});
    put(header, 10, checksum_of(header));
    return joined({header, payload});
}

byte_string ipv6(const byte_string& payload, bool from_server, std::uint8_t next_header, std::int32_t payload_bytes) {
    const auto announced = payload_bytes >= 0 ? static_cast<std::uint64_t>(payload_bytes) : payload.size();
    return joined({big(0x6000'0000, 4), big(announced, 2), big(next_header, 1), big(64, 1), ipv6_address(from_server),
                   ipv6_address(!from_server), payload});
}

byte_string ethernet(std::uint16_t type, const byte_string& payload,
                     std::initializer_list<std::array<std::uint16_t, 2>> tags) {
    byte_string header = joined({big(0x0200'0000'0001, 6), big(0x0200'0000'0002, 6)});
    for (const auto& [tag_type, identifier] : tags) {
        header = joined({header, big(tag_type, 2), big(identifier, 2)});
    }
    return joined({header, big(type, 2), payload});
}

byte_string frame_of(const segment& of) {
    return ethernet(0x0800, ipv4(tcp(of), of.from_server));
}

}  // namespace chatos::base::wire
