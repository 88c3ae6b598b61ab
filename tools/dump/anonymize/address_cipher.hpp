// Replaces addresses: the same one always by the same one.
#pragma once

#include "dump/anonymize/keyed_hash.hpp"
#include "dump/link/ip_layer.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::dump {

/// Loopback addresses, and those that mean no host, stay. Other IPv4 addresses become other unicast addresses,
/// different ones different ones; IPv6 addresses become unique local ones (fd00::/8), hardware addresses locally
/// administered ones, in so large a space that two never meet.
class address_cipher {
public:
    explicit address_cipher(const keyed_hash::key& secret) : hash_{secret} {}

    [[nodiscard]] ip_address replace(const ip_address& address, std::uint8_t ip_version);
    /// Replaces the six bytes of a hardware address; broadcast and null stay.
    void replace_hardware(std::span<std::byte> address);

private:
    [[nodiscard]] std::uint32_t permute(std::uint32_t address);

    keyed_hash hash_;
};

}  // namespace chatos::dump
