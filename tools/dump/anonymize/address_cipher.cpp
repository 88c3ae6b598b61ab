#include "dump/anonymize/address_cipher.hpp"

#include <algorithm>

namespace chatos::dump {

namespace {

constexpr bool is_special(std::uint32_t address) noexcept {
    const std::uint32_t first = address >> 24U;
    return first == 0 || first == 127 || first >= 224;
}

/// The unspecified address, loopback and multicast.
bool is_special(const ip_address& address) noexcept {
    const bool has_only_a_last_byte =
        std::all_of(address.bytes.begin(), address.bytes.end() - 1, [](std::uint8_t byte) { return byte == 0; });
    return (has_only_a_last_byte && address.bytes.back() <= 1) || address.bytes.front() == 0xFF;
}

}  // namespace

std::uint32_t address_cipher::permute(std::uint32_t address) {
    std::uint32_t left = address >> 16U;
    std::uint32_t right = address & 0xFFFFU;
    for (std::uint64_t round = 0; round < 8; ++round) {
        hash_.add("ipv4");
        hash_.add(round << 32U | right);
        const keyed_hash::digest digest = hash_.finish();
        const std::uint32_t next = left ^ (std::uint32_t{digest[0]} << 8U | digest[1]);
        left = right;
        right = next & 0xFFFFU;
    }
    return left << 16U | right;
}

ip_address address_cipher::replace(const ip_address& address, std::uint8_t ip_version) {
    ip_address replaced = address;
    if (ip_version == 4) {
        std::uint32_t number = 0;
        for (std::size_t index = 0; index < 4; ++index) {
            number = number << 8U | address.bytes[index];
        }
        if (is_special(number)) {
            return address;
        }
        // Until it is a host's: still a permutation of those.
        do {
            number = permute(number);
        } while (is_special(number));
        for (std::size_t index = 0; index < 4; ++index) {
            replaced.bytes[index] = static_cast<std::uint8_t>(number >> (24U - 8U * index));
        }
        return replaced;
    }
    if (is_special(address)) {
        return address;
    }
    hash_.add("ipv6");
    hash_.add(std::as_bytes(std::span{address.bytes}));
    const keyed_hash::digest digest = hash_.finish();
    std::copy_n(digest.begin(), replaced.bytes.size(), replaced.bytes.begin());
    replaced.bytes.front() = 0xFD;
    return replaced;
}

void address_cipher::replace_hardware(std::span<std::byte> address) {
    const auto is_all = [address](std::byte wanted) {
        return std::ranges::all_of(address, [wanted](std::byte byte) { return byte == wanted; });
    };
    if (is_all(std::byte{0}) || is_all(std::byte{0xFF})) {
        return;
    }
    hash_.add("hardware");
    hash_.add(address);
    const keyed_hash::digest digest = hash_.finish();
    const std::byte group = address[0] & std::byte{1};
    for (std::size_t index = 0; index < address.size(); ++index) {
        address[index] = std::byte{digest[index]};
    }
    address[0] = (address[0] & std::byte{0xFC}) | std::byte{2} | group;
}

}  // namespace chatos::dump
